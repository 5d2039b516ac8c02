/** One number: what its calls reach, and its emergency address. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { call, type CallflowRow, patchDoc, readDoc, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { mergePatch } from "@/ui/form/draft";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Skeleton } from "@/ui/skeleton";

import { Leaving, Proof } from "./-leaving";

interface NumberDoc {
  port_out_lock?: boolean;
  state?: string;
  e911?: { street_address?: string; extended_address?: string; locality?: string; region?: string; postal_code?: string; caller_name?: string };
}

interface Fields {
  flow: string;
  doc: NumberDoc;
}

interface Props {
  account: string;
  number: string;
  flow: string | undefined;
  flows: readonly CallflowRow[];
  nameOf: (flow: string) => string;
}

/** Flows that a number may be given to: not the ones that only other flows reach. */
const offered = ({ type, featurecode, numbers, name }: CallflowRow) => name === "MainCallflow" || name === "MainConference" || (!["baseGroup", "main", "conference", "faxing"].includes(type ?? "") && !featurecode && !numbers.includes("no_match") && numbers.length > 0);

export function NumberPanel(props: Props) {
  const { account, number } = props;
  const doc = useQuery({
    queryKey: ["account", account, "phone_numbers", number],
    queryFn: async () => (await call<NumberDoc>("GET", urls.getGetPhoneNumberUrl(account, number))).data,
  });
  if (doc.error) return <ErrorState error={doc.error} onRetry={() => void doc.refetch()} />;
  return doc.data ? <Loaded {...props} doc={doc.data} /> : <Skeleton width={200} />;
}

/** Take a number from one flow and give it to another. A flow without numbers keeps the name nobody dials. */
async function move(account: string, number: string, from: string, to: string): Promise<void> {
  if (from) {
    const numbers = (await readDoc<CallflowRow>(account, "callflows", from).then((flow) => flow.numbers)).filter((one) => one !== number);
    await patchDoc(account, "callflows", from, { numbers: numbers.length ? numbers : [`unused-${from.slice(0, 8)}`] });
  }
  if (to) {
    const { numbers } = await readDoc<CallflowRow>(account, "callflows", to);
    await patchDoc(account, "callflows", to, { numbers: [...numbers.filter((one) => !one.startsWith("undefined") && !one.startsWith("unused-")), number] });
  }
}

function Loaded({ account, number, flow, flows, nameOf, doc }: Props & { doc: NumberDoc }) {
  const { t } = useTranslation(["numbers", "ui"]);
  const draft = useDraft<Fields>({ flow: flow ?? "", doc: { e911: doc.e911, port_out_lock: doc.port_out_lock } });
  const choices = flows.filter((row) => offered(row) || row.id === flow).map(({ id }) => ({ value: id, label: nameOf(id) }));
  const e911 = draft.value.doc.e911;
  const apply = async (from: Fields, to: Fields) => {
    if (from.flow !== to.flow) await move(account, number, from.flow, to.flow);
    const patch = mergePatch(from.doc, to.doc);
    if (Object.keys(patch).length) await call("PATCH", urls.getPatchPhoneNumberUrl(account, number), { body: patch });
  };
  return (
    <Form label={number}>
      {doc.state === "port_out" && <Leaving account={account} number={number} />}
      <Select label={t("reaches")} description={t("reachesHelp")} placeholder={t("spare")} searchable clearable data={choices.toSorted((one, other) => one.label.localeCompare(other.label))} value={draft.value.flow || null} onChange={(value) => draft.set("flow", value ?? "")} />
      <Section title={t("address.title")} help={t("address.help")}>
        <TextInput label={t("address.name")} {...draft.field("doc.e911.caller_name")} />
        <TextInput label={t("address.street")} {...draft.field("doc.e911.street_address")} />
        <TextInput label={t("address.unit")} {...draft.field("doc.e911.extended_address")} />
        <Pair>
          <TextInput label={t("address.city")} {...draft.field("doc.e911.locality")} />
          <TextInput label={t("address.region")} maxLength={2} {...draft.field("doc.e911.region")} />
        </Pair>
        <TextInput label={t("address.postal")} {...draft.field("doc.e911.postal_code")} />
        <p className={classes.help}>{t("address.note")}</p>
      </Section>
      {/* A number that comes here or rests can be taken by nobody: its lock says nothing yet. */}
      {doc.state === "in_service" && (
        <Section title={t("lock.title")}>
          <Setting label={t("lock.name")} help={t("lock.help")} {...draft.toggle("doc.port_out_lock")} />
          {doc.port_out_lock === false && <Proof account={account} />}
        </Section>
      )}
      <SaveBar
        account={account}
        draft={draft}
        labels={{ flow: t("reaches"), "doc.e911": t("address.title"), "doc.port_out_lock": t("lock.name") }}
        validate={(): Record<string, string> => {
          const any = Object.values(e911 ?? {}).some(Boolean);
          if (!any) return {};
          const need = { street_address: e911?.street_address, locality: e911?.locality, region: e911?.region, postal_code: e911?.postal_code };
          return Object.fromEntries(Object.entries(need).flatMap(([field, value]) => (value ? [] : [[`doc.e911.${field}`, t("ui:required")]])));
        }}
        apply={apply}
        effect={t("saved")}
      />
    </Form>
  );
}
