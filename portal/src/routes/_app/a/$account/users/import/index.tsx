/** Users from a file: every row is judged before anything is written; then the good ones are added, to be paused and gone on with. */
import { Button, FileButton } from "@mantine/core";
import { IconArrowLeft, IconDownload, IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { type DragEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, fromGregorian, Problem } from "@/api";
import { TaskState, TaskWork } from "@/office/task-work";
import { countOf, forget, handIn, isOver, taskQuery, tasksQuery } from "@/office/tasks";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import { LinkButton } from "@/ui/link-button";
import { download } from "@/ui/list/download";
import { Gate } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import { COLUMNS, EXAMPLE } from "./-columns";
import classes from "./-import.module.css";
import { Rows } from "./-rows";

interface Search {
  /** The task that is looked at. */
  task?: string;
}

export const Route = createFileRoute("/_app/a/$account/users/import/")({
  validateSearch: (search: Record<string, unknown>): Search => ({ task: typeof search.task === "string" && search.task ? search.task : undefined }),
  component: () => (
    <Gate may="users.create">
      <ImportUsers />
    </Gate>
  ),
});

const MOST_BYTES = 16_000_000;

function ImportUsers() {
  const { t } = useTranslation(["import", "office"]);
  const { account } = Route.useParams();
  const { task } = Route.useSearch();
  return (
    <div className={classes.page}>
      <LinkButton to="/a/$account/users" params={{ account }} variant="subtle" color="gray" size="compact-sm" leftSection={<IconArrowLeft size={16} stroke={1.6} />} className={classes.back}>
        {t("back")}
      </LinkButton>
      <PageHeader title={t("title")} about={t("about")} />
      {task ? <Work key={task} account={account} id={task} /> : <Begin account={account} />}
    </div>
  );
}

function Begin({ account }: { account: string }) {
  const { t, i18n } = useTranslation(["import", "office", "ui"]);
  const navigate = useNavigate({ from: Route.fullPath });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const earlier = useQuery(tasksQuery(account, "users", "import")).data ?? [];
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const read = async (file: File | null | undefined) => {
    if (!file) return;
    setFailure(file.size > MOST_BYTES ? t("tooBig") : null);
    if (file.size > MOST_BYTES) return;
    setBusy(true);
    try {
      const task = await handIn(account, "users", "import", file);
      await navigate({ search: { task: task.id } });
    } catch (error) {
      setFailure((error instanceof Problem && error.fields.csv) || t(`ui:${explanation(error)}`));
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is a second way to what the button does */}
      <section
        className={`${page.card} ${classes.drop}`}
        data-over={over || undefined}
        aria-label={t("file")}
        onDrop={drop}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
      >
        <IconUpload size={28} stroke={1.5} aria-hidden />
        <p className={classes.lead}>{t("drop")}</p>
        <p className={form.help}>{t("kinds")}</p>
        <div className={classes.buttons}>
          <FileButton accept="text/csv,.csv,text/plain" onChange={(file) => void read(file)}>
            {(props) => (
              <Button {...props} loading={busy}>
                {t("choose")}
              </Button>
            )}
          </FileButton>
          <Button variant="default" leftSection={<IconDownload size={16} stroke={1.6} />} onClick={() => download("users.csv", "text/csv", EXAMPLE)}>
            {t("example")}
          </Button>
        </div>
        {failure && (
          <p className={form.failure} role="alert">
            {failure}
          </p>
        )}
      </section>
      <section className={`${page.card} ${classes.card}`} aria-labelledby="columns">
        <h2 className={classes.heading} id="columns">
          {t("columns")}
        </h2>
        <dl className={classes.columns}>
          {COLUMNS.map((column) => (
            <div key={column}>
              <dt>
                <code>{column}</code>
              </dt>
              <dd>{t(`column.${column}`)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {earlier.length > 0 && (
        <section className={`${page.card} ${classes.card}`} aria-labelledby="earlier">
          <h2 className={classes.heading} id="earlier">
            {t("earlier")}
          </h2>
          <ul className={classes.earlier}>
            {earlier.map((task) => (
              <li key={task.id}>
                <Link to="/a/$account/users/import" params={{ account }} search={{ task: task.id }}>
                  {task.file_name || t("unnamed")}
                </Link>
                <span className={form.help}>{when.format(fromGregorian(task.submitted_at))}</span>
                <TaskState task={task} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Work({ account, id }: { account: string; id: string }) {
  const { t } = useTranslation(["import", "office", "ui"]);
  const client = useQueryClient();
  const navigate = useNavigate({ from: Route.fullPath });
  const task = useQuery(taskQuery(account, id));
  const over = task.data && isOver(task.data);
  useEffect(() => {
    if (!over) return;
    // What the rows made is elsewhere in the portal; the rows themselves have new states.
    for (const collection of ["users", "callflows", "vmboxes", "devices", "directories", "invitations"]) void client.invalidateQueries({ queryKey: ["account", account, collection] });
    void client.invalidateQueries({ queryKey: ["account", account, "tasks", id, "rows"] });
  }, [over, client, account, id]);
  if (task.error) return <ErrorState error={task.error} onRetry={() => void task.refetch()} />;
  if (!task.data) return <Skeleton width={240} />;
  const again = async () => {
    if (task.data.status === "pending") await forget(account, id).catch(tellFailure);
    await client.invalidateQueries({ queryKey: ["account", account, "tasks", "list"] });
    await navigate({ search: {} });
  };
  return (
    <>
      <section className={`${page.card} ${classes.card}`} aria-label={task.data.file_name || t("unnamed")}>
        <h2 className={classes.heading}>{task.data.file_name || t("unnamed")}</h2>
        {task.data.status === "pending" && <p className={form.help}>{t("judged")}</p>}
        <TaskWork account={account} task={task.data} startLabel={t("start", { count: countOf(task.data, "ready") })} acceptLabel={t("acceptStart", { count: countOf(task.data, "ready") })}>
          {over && (
            <LinkButton variant="default" to="/a/$account/users" params={{ account }}>
              {t("see")}
            </LinkButton>
          )}
          {task.data.status !== "executing" && (
            <Button variant="default" onClick={() => void again()}>
              {t("another")}
            </Button>
          )}
        </TaskWork>
      </section>
      <Rows account={account} task={task.data} />
    </>
  );
}
