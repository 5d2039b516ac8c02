/** What the company shows when it calls: to people, and to the emergency service. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { type Account, accountQuery, call, numbersQuery, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { LinkButton } from "@/ui/link-button";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

export const Route = createFileRoute("/_app/a/$account/caller-id/")({ component: CallerId });

function CallerId() {
  const { t } = useTranslation(["caller-id", "ui"]);
  const { account } = Route.useParams();
  const self = useQuery(accountQuery(account));
  return (
    <div className={page.narrow}>
      <PageHeader title={t("title")} about={t("about")} />
      {self.error && <ErrorState error={self.error} onRetry={() => void self.refetch()} />}
      <div className={`${page.card} ${page.body}`}>{self.data ? <Ids account={account} self={self.data} /> : <Skeleton width={240} />}</div>
    </div>
  );
}

function Ids({ account, self }: { account: string; self: Account }) {
  const { t } = useTranslation(["caller-id", "ui"]);
  const draft = useDraft<Pick<Account, "caller_id">>({ caller_id: self.caller_id });
  const numbers = useQuery(numbersQuery(account)).data ?? {};
  const data = Object.keys(numbers).map((number) => ({ value: number, label: readable(number) }));
  const { external, emergency } = draft.value.caller_id ?? {};
  const shown = [external?.name, external?.number && readable(external.number)].filter(Boolean).join(" · ");
  const bare = emergency?.number && numbers[emergency.number] && !numbers[emergency.number]?.features?.includes("e911");
  return (
    <Form label={t("title")}>
      <Section level={2} title={t("external.title")} help={t("external.help")}>
        <Pair>
          <Select label={t("number")} placeholder={t("none")} clearable searchable data={data} {...draft.field("caller_id.external.number")} value={external?.number ?? null} />
          <TextInput label={t("name")} description={t("nameHelp")} maxLength={35} {...draft.field("caller_id.external.name")} />
        </Pair>
        <p className={form.help}>{shown ? t("preview", { shown }) : t("nothing")}</p>
      </Section>
      <Section level={2} title={t("emergency.title")} help={t("emergency.help")}>
        <Pair>
          <Select label={t("number")} placeholder={t("none")} clearable searchable data={data} {...draft.field("caller_id.emergency.number")} value={emergency?.number ?? null} />
          <TextInput label={t("name")} maxLength={35} {...draft.field("caller_id.emergency.name")} />
        </Pair>
        {bare && emergency.number && (
          <div className={form.notice}>
            <span>{t("emergency.noAddress")}</span>
            <LinkButton to="/a/$account/numbers" params={{ account }} search={{ open: emergency.number }} variant="default" size="compact-sm">
              {t("emergency.addAddress")}
            </LinkButton>
          </div>
        )}
      </Section>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ "caller_id.external": t("external.title"), "caller_id.emergency": t("emergency.title") }}
        apply={async (from, to) => {
          await call("PATCH", urls.getPatchAccountUrl(account), { body: mergePatch(from, to) });
        }}
        effect={t("saved")}
      />
    </Form>
  );
}
