/** What an order says: the numbers, and the losing carrier's bill. Once it is sent it can only be read. */
import { Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { patchDoc, Problem, removeDoc } from "@/api";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import { asLines, fromLines, type PortOrder } from "./-port";
import classes from "./-porting.module.css";

type Draft = Omit<PortOrder, "id" | "port_state" | "numbers"> & { numbers: string };

const BILL = ["carrier", "account_number", "name", "street_number", "street_address", "locality", "region", "postal_code", "pin", "btn"] as const;
const MORE = ["signee_name", "signing_date", "transfer_date", "new_btn", "winning_carrier", "reference_number"] as const;

function asDraft({ name, numbers, type = "full", bill, ...rest }: PortOrder): Draft {
  return { name, numbers: asLines(numbers), type, bill: { ...bill }, ...Object.fromEntries(MORE.map((key) => [key, rest[key] ?? ""])) };
}

/** The server's fields in the draft's: a number's trouble is told at the numbers. */
function fieldErrors(fields: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, text] of Object.entries(fields)) found[path.startsWith("numbers") ? "numbers" : path] ??= text;
  return found;
}

/** The word for a field: the bill's name is not the order's. */
const named = (path: string) => (path === "bill.name" ? "bill_name" : (path.replace("bill.", "") as "name"));

interface Props {
  office: string;
  account: string;
  order: PortOrder;
  editable: boolean;
  onGone: () => void;
}

export function OrderForm({ office, account, order, editable, onGone }: Props) {
  const { t } = useTranslation(["porting", "ui"]);
  const draft = useDraft<Draft>(asDraft(order));
  const body = ({ numbers, ...rest }: Draft) => ({ ...rest, numbers: fromLines(numbers, order.numbers) });
  const text = (path: string, more: { type?: string; inputMode?: "tel" } = {}) => <TextInput label={t(`field.${named(path)}`)} data-field={path} readOnly={!editable} {...more} {...draft.field(path)} />;
  const labels = { name: t("field.name"), numbers: t("numbers.title"), type: t("field.type"), ...Object.fromEntries(BILL.map((key) => [`bill.${key}`, t(`field.${named(`bill.${key}`)}`)])), "bill.wireless": t("field.wireless"), ...Object.fromEntries(MORE.map((key) => [key, t(`field.${key}`)])) };
  return (
    <Form label={order.name}>
      {!editable && <p className={form.help}>{t("sentHelp")}</p>}
      {text("name")}
      <Textarea label={t("numbers.title")} description={editable ? t("numbers.help") : undefined} data-field="numbers" readOnly={!editable} rows={Math.min(8, Math.max(2, draft.value.numbers.split("\n").length))} spellCheck={false} classNames={{ input: classes.numbers }} {...draft.field("numbers")} />
      <Select
        label={t("field.type")}
        description={t(`typeHelp.${draft.value.type ?? "full"}`)}
        data-field="type"
        readOnly={!editable}
        allowDeselect={false}
        data={(["full", "partial"] as const).map((value) => ({ value, label: t(`type.${value}`) }))}
        {...draft.field("type")}
      />
      {draft.value.type === "partial" && text("new_btn", { inputMode: "tel" })}
      <Section title={t("bill.title")} help={t("bill.help")}>
        <Pair>
          {text("bill.carrier")}
          {text("bill.account_number")}
        </Pair>
        <Pair>
          {text("bill.name")}
          {text("bill.btn", { inputMode: "tel" })}
        </Pair>
        <Pair>
          {text("bill.street_number")}
          {text("bill.street_address")}
        </Pair>
        <Pair>
          {text("bill.locality")}
          {text("bill.region")}
        </Pair>
        <Pair>
          {text("bill.postal_code")}
          {text("bill.pin")}
        </Pair>
        <Setting label={t("field.wireless")} help={t("wirelessHelp")} disabled={!editable} {...draft.toggle("bill.wireless")} />
      </Section>
      <Section title={t("signature.title")}>
        <Pair>
          {text("signee_name")}
          {text("signing_date", { type: "date" })}
        </Pair>
      </Section>
      <Section title={t("desk.title")}>
        {text("transfer_date", { type: "date" })}
        <Pair>
          {text("winning_carrier")}
          {text("reference_number")}
        </Pair>
      </Section>
      {editable && (
        <>
          <Section
            title={t("remove.title")}
            help={t("remove.help")}
            action={
              <DeleteButton account={office} title={t("remove.ask", { name: order.name })} run={() => removeDoc(account, "port_requests", order.id)} done={t("remove.done", { name: order.name })} onGone={onGone}>
                {t("remove.help")}
              </DeleteButton>
            }
          />
          <SaveBar
            account={account}
            draft={draft}
            labels={labels}
            validate={(value) => ({ ...(value.name.trim() ? {} : { name: t("ui:required") }), ...(Object.keys(fromLines(value.numbers)).length ? {} : { numbers: t("numbers.missing") }) })}
            apply={async (from, to) => {
              try {
                await patchDoc(account, "port_requests", order.id, mergePatch(body(from), body(to)));
              } catch (error) {
                if (error instanceof Problem) throw new Problem(error.status, error.code, fieldErrors(error.fields), error.requestId, error.data);
                throw error;
              }
            }}
            effect={t("saved")}
          />
        </>
      )}
    </Form>
  );
}
