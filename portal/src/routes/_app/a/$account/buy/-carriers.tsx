/** The carriers that numbers are bought from; the master's alone. */
import { Button, MultiSelect, NumberInput, PasswordInput, TextInput } from "@mantine/core";
import { IconBuildingStore, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, docQuery, explanation, type Identified, listQuery, patchDoc, Problem, removeDoc } from "@/api";
import { useCountries } from "@/office/places-of-the-world";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { type Column, parseSort, sorted } from "@/ui/list/columns";
import { Table } from "@/ui/list/table";
import { Only } from "@/ui/may";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import classes from "./-buy.module.css";

interface Carrier {
  name: string;
  url: string;
  /** Written, never read. */
  token?: string;
  has_token?: boolean;
  enabled?: boolean;
  countries?: string[];
  weight_cost?: number;
  lookups?: boolean;
}
type Row = Carrier & Identified;

const BLANK: Carrier = { name: "", url: "https://", enabled: true, countries: [], weight_cost: 50, lookups: false };

interface Props {
  account: string;
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
}

export function Carriers({ account, open, onOpen }: Props) {
  const { t } = useTranslation(["buy", "ui"]);
  const carriers = useQuery(listQuery<Row>(account, "carriers"));
  const [sortText, setSort] = useState<string>();
  const columns: Column<Row>[] = [
    { id: "name", title: t("carriers.name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "state", title: t("state"), cell: (row) => <StateDot tone={row.enabled === false ? "off" : "good"}>{t(row.enabled === false ? "ui:off" : "ui:on")}</StateDot>, value: (row) => String(row.enabled !== false), width: "120px" },
    { id: "countries", title: t("carriers.countries"), cell: (row) => row.countries?.join(", ") || t("carriers.everywhere"), value: (row) => row.countries?.join(" ") ?? "", wide: true },
    { id: "cost", title: t("carriers.cost"), cell: (row) => row.weight_cost ?? 50, value: (row) => row.weight_cost ?? 50, width: "132px", numeric: true, wide: true },
  ];
  const sort = parseSort(sortText, "name");
  const add = (
    <Only may="carriers.create">
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => onOpen("new")}>
        {t("carriers.add")}
      </Button>
    </Only>
  );
  return (
    <>
      <Section level={2} title={t("carriers.title")} help={t("carriers.help")} action={carriers.data?.length ? add : undefined} />
      <div className={classes.list} data-tall>
        {carriers.error ? (
          <ErrorState error={carriers.error} onRetry={() => void carriers.refetch()} />
        ) : (
          <Table
            label={t("carriers.title")}
            rows={carriers.data && sorted(carriers.data, columns, sort)}
            columns={columns}
            idOf={(row) => row.id}
            nameOf={(row) => row.name}
            sort={sort}
            onSort={setSort}
            open={open}
            onOpen={(row) => onOpen(row.id)}
            empty={<EmptyState icon={IconBuildingStore} title={t("carriers.none.title")} text={t("carriers.none.text")} action={add} />}
          />
        )}
      </div>
      <SidePanel opened={open !== undefined} onClose={() => onOpen(undefined)} size={560} title={open === "new" ? t("carriers.new") : (carriers.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <CarrierForm account={account} id="" carrier={BLANK} onMade={onOpen} onGone={() => onOpen(undefined)} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={() => onOpen(undefined)} />}
      </SidePanel>
    </>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const carrier = useQuery(docQuery<Row>(account, "carriers", id));
  if (carrier.error) return <ErrorState error={carrier.error} onRetry={() => void carrier.refetch()} />;
  return carrier.data ? <CarrierForm account={account} id={id} carrier={carrier.data} onMade={() => undefined} onGone={onGone} /> : <Skeleton width={200} />;
}

function CarrierForm({ account, id, carrier, onMade, onGone }: { account: string; id: string; carrier: Carrier; onMade: (id: string) => void; onGone: () => void }) {
  const { t } = useTranslation(["buy", "ui"]);
  const client = useQueryClient();
  const countries = useCountries();
  const { name, url, enabled = true, countries: where = [], weight_cost = 50, lookups = false } = carrier;
  const draft = useDraft({ name, url, token: "", enabled, countries: where, weight_cost, lookups });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const validate = (value: Carrier): Record<string, string> => ({
    ...(value.name.trim() ? {} : { name: t("ui:required") }),
    ...(/^https?:\/\/[^\s/]+/.test(value.url.trim()) ? {} : { url: t("carriers.urlWrong") }),
  });
  const sent = ({ token, ...rest }: Partial<Carrier>) => ({ ...rest, ...(token ? { token } : {}) });
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createDoc<Row>(account, "carriers", sent(draft.value));
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "carriers"] });
      tellDone(t("carriers.created", { name: draft.value.name }));
      onMade(made.id);
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={carrier.name || t("carriers.new")}>
      <TextInput label={t("carriers.name")} data-autofocus {...draft.field("name")} />
      <TextInput label={t("carriers.url")} description={t("carriers.urlHelp")} inputMode="url" spellCheck={false} {...draft.field("url")} />
      <PasswordInput label={t("carriers.token")} description={t(carrier.has_token ? "carriers.tokenKept" : "carriers.tokenHelp")} autoComplete="off" {...draft.field("token")} />
      <Pair>
        <MultiSelect label={t("carriers.countries")} placeholder={draft.value.countries.length ? undefined : t("carriers.everywhere")} searchable clearable data={countries} value={draft.value.countries} onChange={(value) => draft.set("countries", value)} error={draft.errors.countries} />
        <NumberInput label={t("carriers.cost")} description={t("carriers.costHelp")} min={0} max={100} allowDecimal={false} value={draft.value.weight_cost} onChange={(value) => draft.set("weight_cost", value === "" ? 50 : Number(value))} error={draft.errors.weight_cost} />
      </Pair>
      <Setting label={t("carriers.enabled")} help={t("carriers.enabledHelp")} {...draft.toggle("enabled", true)} />
      <Setting label={t("carriers.lookups")} help={t("carriers.lookupsHelp")} {...draft.toggle("lookups")} />
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {id ? (
        <>
          <Section
            title={t("carriers.remove")}
            help={t("carriers.removeHelp")}
            action={
              <DeleteButton account={account} title={t("carriers.removeTitle", { name: carrier.name })} run={() => removeDoc(account, "carriers", id)} done={t("carriers.removed", { name: carrier.name })} onGone={onGone}>
                {t("carriers.removeHelp")}
              </DeleteButton>
            }
          />
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("carriers.name"), url: t("carriers.url"), token: t("carriers.token"), countries: t("carriers.countries"), weight_cost: t("carriers.cost"), enabled: t("carriers.enabled"), lookups: t("carriers.lookups") }}
            validate={validate}
            // A token that was replaced is gone: nobody can read the old one.
            undoable={!draft.value.token}
            apply={async (from, to) => {
              await patchDoc<Row>(account, "carriers", id, sent(mergePatch({ ...from, token: "" }, to)));
            }}
            effect={t("carriers.saved")}
          />
        </>
      ) : (
        <div className={form.buttons}>
          <Button loading={busy} onClick={() => void create()}>
            {t("carriers.add")}
          </Button>
        </div>
      )}
    </Form>
  );
}
