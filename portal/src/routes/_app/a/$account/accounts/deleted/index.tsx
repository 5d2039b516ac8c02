/** Deleted accounts of the tree, each to be brought back with its people, phones and everything else. */
import { Button, TextInput } from "@mantine/core";
import { IconArrowLeft, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { LinkButton } from "@/ui/link-button";
import { Gate, Only } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Dialog } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-deleted.module.css";

export const Route = createFileRoute("/_app/a/$account/accounts/deleted/")({ component: () => (
    <Gate may="accounts.restore">
      <Deleted />
    </Gate>
  ) });

interface Gone {
  id: string;
  name: string;
  realm: string;
  parent_id: string;
  deleted: string;
}

function Deleted() {
  const { t, i18n } = useTranslation(["deleted", "ui"]);
  const { account } = Route.useParams();
  const client = useQueryClient();
  const navigate = useNavigate();
  const gone = useQuery({ queryKey: ["account", account, "deleted"], queryFn: async ({ signal }) => (await call<Gone[]>("GET", urls.getListDeletedAccountsUrl(account), { signal })).data });
  const [busy, setBusy] = useState<string | null>(null);
  const [taken, setTaken] = useState<Gone | null>(null);
  const [realm, setRealm] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [failures, setFailures] = useState<Record<string, string>>({});
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const restore = async (one: Gone, fresh?: string) => {
    setBusy(one.id);
    setWrong(null);
    try {
      await call("PUT", urls.getRestoreAccountUrl(account, one.id), { body: fresh ? { realm: fresh } : {} });
      setTaken(null);
      tellDone(t("done", { name: one.name }));
      await client.invalidateQueries({ queryKey: ["account", account] });
      await navigate({ to: "/a/$account/accounts/$customer", params: { account, customer: one.id } });
    } catch (error) {
      const field = error instanceof Problem ? error.fields.realm : undefined;
      if (field && fresh) setWrong(field);
      else if (field) {
        setRealm("");
        setTaken(one);
      } else setFailures({ ...failures, [one.id]: error instanceof Problem && error.code === "parent_deleted" ? t("parentGone") : t(`ui:${explanation(error)}`) });
    } finally {
      setBusy(null);
    }
  };
  return (
    <div className={page.narrow}>
      <LinkButton to="/a/$account/accounts" params={{ account }} variant="subtle" color="gray" size="compact-sm" leftSection={<IconArrowLeft size={16} stroke={1.6} />} className={classes.back}>
        {t("ui:page.accounts")}
      </LinkButton>
      <PageHeader title={t("title")} about={t("about")} />
      <section className={page.card}>
        {gone.error && <ErrorState error={gone.error} onRetry={() => void gone.refetch()} />}
        {!gone.data && !gone.error && (
          <p className={page.body}>
            <Skeleton width={240} />
          </p>
        )}
        {gone.data?.length === 0 && <EmptyState icon={IconTrash} title={t("empty.title")} text={t("empty.text")} />}
        <ul className={classes.rows}>
          {gone.data?.map((one) => (
            <li key={one.id}>
              <div className={classes.what}>
                <p>{one.name}</p>
                <p className={form.help}>
                  {one.realm} · {t("gone", { when: when.format(new Date(one.deleted)) })}
                  <Above id={one.parent_id} />
                </p>
                {failures[one.id] && (
                  <p className={form.failure} role="alert">
                    {failures[one.id]}
                  </p>
                )}
              </div>
              <Only may="accounts.restore">
                <Button variant="default" loading={busy === one.id} aria-label={t("restoreOne", { name: one.name })} onClick={() => void restore(one)}>
                  {t("restore")}
                </Button>
              </Only>
            </li>
          ))}
        </ul>
      </section>
      <Dialog opened={taken !== null} onClose={() => setTaken(null)} title={taken ? t("realm.title", { name: taken.name }) : " "}>
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (taken && realm.trim()) void restore(taken, realm.trim());
            else setWrong(t("ui:required"));
          }}
        >
          <p className={form.help}>{t("realm.text", { realm: taken?.realm })}</p>
          <TextInput label={t("realm.label")} value={realm} onChange={(event) => setRealm(event.currentTarget.value)} error={wrong} spellCheck={false} data-autofocus />
          <div className={form.buttons}>
            <Button variant="default" onClick={() => setTaken(null)}>
              {t("ui:cancel")}
            </Button>
            <Button type="submit" loading={busy !== null}>
              {t("restore")}
            </Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}

/** The name of the account above, when it is still there. */
function Above({ id }: { id: string }) {
  const { t } = useTranslation("deleted");
  const name = useQuery({ ...accountQuery(id), retry: false }).data?.name;
  return name ? ` · ${t("below", { name })}` : null;
}
