/** The main number: a picture of what callers meet, edited in place; below it hours, lunch and holidays. */
import { Button } from "@mantine/core";
import { IconPhoneIncoming, IconSitemap } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery } from "@/api";
import { ensureMainNumber, type MainNumber, saveNumbers, type Schedule } from "@/pbx/main-number";
import { mainNumberQuery } from "@/pbx/main-query";
import { makeCodes } from "@/pbx/make-codes";
import { type Period, PERIODS } from "@/pbx/periods";
import { NumberField } from "@/pbx/number-field";
import { type Targets, useTargets } from "@/pbx/use-targets";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { SaveBar } from "@/ui/form/save-bar";
import { Form } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { LinkButton } from "@/ui/link-button";
import { LookOnly, Only, useMay } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import { Hours } from "./-hours";
import { LanePanel } from "./-lane-panel";
import classes from "./-main.module.css";
import { CallersPath } from "./-path";

type Edit = "numbers" | Period;

export const Route = createFileRoute("/_app/a/$account/main-number/")({
  validateSearch: (search: Record<string, unknown>): { edit?: Edit } => ({ edit: (["numbers", ...PERIODS] as const).find((one) => one === search.edit) }),
  component: MainNumberPage,
});

function MainNumberPage() {
  const { t } = useTranslation(["main-number", "ui"]);
  const { account } = Route.useParams();
  const main = useQuery(mainNumberQuery(account));
  const targets = useTargets(account, main.data?.flow?.id);
  if (main.error) return <ErrorState error={main.error} onRetry={() => void main.refetch()} />;
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about")} />
      {!main.data && (
        <div className={`${page.card} ${classes.card}`}>
          <Skeleton width={280} />
        </div>
      )}
      {main.data && !main.data.flow && <Begin account={account} />}
      {main.data?.flow && main.data.flow.flow.module !== "temporal_route" && <Custom account={account} flow={main.data.flow.id} />}
      {main.data?.flow?.flow.module === "temporal_route" && <Loaded account={account} main={main.data} targets={targets} />}
    </div>
  );
}

/** Nothing there yet: one button makes what SmartPBX makes on a first visit. */
function Begin({ account }: { account: string }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const client = useQueryClient();
  const navigate = useNavigate({ from: Route.fullPath });
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      await ensureMainNumber(account);
      await makeCodes(account);
      await client.invalidateQueries({ queryKey: ["account", account] });
      void navigate({ search: { edit: "numbers" } });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={page.card}>
      <EmptyState
        icon={IconPhoneIncoming}
        title={t("begin.title")}
        text={t("begin.text")}
        action={
          <Only may="callflows.create">
            <Button loading={busy} onClick={() => void begin()}>
              {t("begin.action")}
            </Button>
          </Only>
        }
      />
    </div>
  );
}

/** A route that somebody built by hand is not painted over: it is shown where it was built. */
function Custom({ account, flow }: { account: string; flow: string }) {
  const { t } = useTranslation(["main-number", "ui"]);
  return (
    <div className={page.card}>
      <EmptyState
        icon={IconSitemap}
        title={t("custom.title")}
        text={t("custom.text")}
        action={
          <LinkButton to="/a/$account/callflows/$flow" params={{ account, flow }}>
            {t("custom.action")}
          </LinkButton>
        }
      />
    </div>
  );
}

function Loaded({ account, main, targets }: { account: string; main: MainNumber; targets: Targets }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const { edit } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const may = useMay();
  const self = useQuery(accountQuery(account)).data;
  const schedule = useDraft<Schedule>(main.schedule);
  const show = (what: Edit | undefined) => void navigate({ search: { edit: what }, replace: what === undefined });
  const [first, last] = useStickyEdit(edit);
  return (
    <>
      <section className={`${page.card} ${classes.card}`} aria-label={t("path.title")}>
        <CallersPath main={main} schedule={schedule.value} targets={targets} onEdit={show} />
      </section>
      <LookOnly may={may("callflows.update")}>
        <Hours account={account} country={self?.country} draft={schedule} timezone={self?.timezone} />
      </LookOnly>
      <SidePanel opened={edit !== undefined} onClose={() => show(undefined)} title={first === "numbers" ? t("numbers.title") : t(`lane.${last}`)}>
        {edit === "numbers" && <Numbers account={account} main={main} />}
        {edit !== undefined && edit !== "numbers" && <LanePanel key={edit} account={account} period={edit} main={main} targets={targets} />}
      </SidePanel>
    </>
  );
}

/** The title stays while the panel slides away. */
function useStickyEdit(edit: Edit | undefined): [Edit, Period] {
  const [kept, setKept] = useState<Edit>("numbers");
  if (edit && edit !== kept) setKept(edit);
  const shown = edit ?? kept;
  return [shown, shown === "numbers" ? "open" : shown];
}

function Numbers({ account, main }: { account: string; main: MainNumber }) {
  const { t } = useTranslation(["main-number", "ui"]);
  const draft = useDraft({ numbers: main.numbers });
  return (
    <Form label={t("numbers.title")}>
      <p className={classes.quiet}>{t("numbers.help")}</p>
      <NumberField account={account} value={draft.value.numbers} base={draft.base.numbers} onChange={(numbers) => draft.set("numbers", numbers)} empty={t("numbers.none")} />
      <SaveBar account={account} draft={draft} labels={{ numbers: t("numbers.title") }} apply={(_from, to) => saveNumbers(account, to.numbers)} effect={t("savedNumbers")} />
    </Form>
  );
}
