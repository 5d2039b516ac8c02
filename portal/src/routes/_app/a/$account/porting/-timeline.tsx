/** What happened to an order, oldest first, with comments; those for the desk alone are marked. */
import { Button, Checkbox, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, call, explanation, fromGregorian, urls } from "@/api";
import { useMaster } from "@/office/use-master";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { useMay } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";

import { type Event, timelineQuery } from "./-port";
import classes from "./-porting.module.css";

export function Timeline({ account, id }: { account: string; id: string }) {
  const { t, i18n } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const desk = useMaster();
  const may = useMay()("port_requests.update");
  const timeline = useQuery(timelineQuery(account, id));
  const [content, setContent] = useState("");
  const [quiet, setQuiet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const write = async () => {
    if (!content.trim()) {
      setFailure(t("comment.missing"));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await call("PUT", urls.getCommentPortRequestUrl(account, id), { body: { comments: [{ content: content.trim(), superduper_comment: quiet }] } });
      setContent("");
      await client.invalidateQueries({ queryKey: timelineQuery(account, id).queryKey });
    } catch (error) {
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  if (timeline.error) return <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />;
  if (!timeline.data) return <Skeleton width={240} />;
  return (
    <div className={form.form}>
      {timeline.data.length === 0 && <p className={classes.nothing}>{t("timelineNone")}</p>}
      <ol className={classes.line}>
        {timeline.data.map((event, at) => (
          // Events are never changed and have no names.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at} data-comment={event.type === "comment" || undefined}>
            {event.type === "comment" ? <p className={classes.comment}>{event.content}</p> : <Step event={event} />}
            <p className={classes.when}>
              {when.format(fromGregorian(event.timestamp))}
              {event.account_id && <By id={event.account_id} />}
              {event.superduper_comment && ` · ${t("comment.quiet")}`}
            </p>
          </li>
        ))}
      </ol>
      {may && <form
        className={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void write();
        }}
      >
        <Textarea label={t("comment.label")} rows={3} maxLength={4000} value={content} onChange={(event) => setContent(event.currentTarget.value)} error={failure} />
        <div className={classes.commentDo}>
          {desk ? <Checkbox label={t("comment.only")} checked={quiet} onChange={(event) => setQuiet(event.currentTarget.checked)} /> : <span />}
          <Button type="submit" loading={busy}>
            {t("comment.do")}
          </Button>
        </div>
      </form>}
    </div>
  );
}

function Step({ event }: { event: Event }) {
  const { t, i18n } = useTranslation("porting");
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "long", timeZone: "UTC" });
  return (
    <>
      <p>
        {t(`state.${event.to ?? "unconfirmed"}`)}
        {event.transfer_date && `: ${day.format(new Date(event.transfer_date))}`}
      </p>
      {event.reason && <p className={classes.comment}>{event.reason}</p>}
    </>
  );
}

function By({ id }: { id: string }) {
  const name = useQuery({ ...accountQuery(id), retry: false }).data?.name;
  return name ? ` · ${name}` : null;
}
