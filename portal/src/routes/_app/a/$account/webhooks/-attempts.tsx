/** The latest attempts of a hook: what was told, what the server answered, and sending it again. */
import { Button, Code } from "@mantine/core";
import { IconRefresh, IconSend } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, fromGregorian, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { useMay } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import { type Attempt, attemptsQuery, latestOfEach, repeatable } from "./-hook";
import classes from "./-webhooks.module.css";

export function Attempts({ account, id, enabled }: { account: string; id: string; enabled: boolean }) {
  const { t, i18n } = useTranslation(["webhooks", "ui"]);
  const client = useQueryClient();
  const attempts = useQuery(attemptsQuery(account, id));
  const may = useMay()("webhooks.update");
  const [busy, setBusy] = useState<string | null>(null);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" });
  const act = async (what: string, url: string, done: string) => {
    setBusy(what);
    try {
      await call("PUT", url, { body: {} });
      tellDone(done);
      await client.invalidateQueries({ queryKey: attemptsQuery(account, id).queryKey });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };
  if (attempts.error) return <ErrorState error={attempts.error} onRetry={() => void attempts.refetch()} />;
  if (!attempts.data) return <Skeleton width={240} />;
  const latest = latestOfEach(attempts.data);
  return (
    <>
      {may && <div className={classes.test}>
        <p>{t("testHelp")}</p>
        <Button variant="default" loading={busy === "test"} leftSection={<IconSend size={16} stroke={1.6} />} onClick={() => void act("test", urls.getTestWebhookUrl(account, id), t("testSent"))}>
          {t("test")}
        </Button>
      </div>}
      {attempts.data.length === 0 && <p className={classes.none}>{t("attemptsNone")}</p>}
      <ul className={classes.attempts} aria-live="polite">
        {attempts.data.map((attempt) => (
          <li key={attempt.id}>
            <details>
              <summary>
                <StateDot tone={attempt.result === "success" ? "good" : "bad"}>{attempt.result === "success" ? t("delivered") : t("undelivered")}</StateDot>
                <span className={classes.attemptName}>{attempt.hook_event}</span>
                <span className={classes.attemptFact}>{when.format(fromGregorian(attempt.timestamp))}</span>
              </summary>
              <Detail attempt={attempt} />
              {may && latest.has(attempt.id) && attempt.hook_event !== "test" && (
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={!repeatable(attempt, enabled)}
                  loading={busy === attempt.id}
                  leftSection={<IconRefresh size={14} stroke={1.6} />}
                  onClick={() => void act(attempt.id, urls.getRetryWebhookUrl(account, id, attempt.event_id), t("again.done"))}
                >
                  {t("again.do")}
                </Button>
              )}
              {latest.has(attempt.id) && !enabled && <p className={classes.attemptFact}>{t("again.off")}</p>}
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

function Detail({ attempt }: { attempt: Attempt }) {
  const { t, i18n } = useTranslation("webhooks");
  return (
    <>
      <dl className={classes.facts}>
        {attempt.reason && (
          <div>
            <dt>{t("reason")}</dt>
            <dd>{i18n.language === "en" ? attempt.reason : t(`why.${attempt.reason_code as "private"}`, { defaultValue: attempt.reason, status: attempt.response_code })}</dd>
          </div>
        )}
        <div>
          <dt>{t("answer")}</dt>
          <dd>{attempt.response_code ?? t("answerNone")}</dd>
        </div>
        <div>
          <dt>{t("took")}</dt>
          <dd>{t("milliseconds", { count: attempt.milliseconds })}</dd>
        </div>
        <div>
          <dt>{t("delivery")}</dt>
          <dd>{t(`state.${attempt.state}`)}</dd>
        </div>
        <div>
          <dt>{t("eventId")}</dt>
          <dd className={classes.mono}>{attempt.event_id}</dd>
        </div>
      </dl>
      <Code block className={classes.told}>
        {JSON.stringify(attempt.data, null, 2)}
      </Code>
    </>
  );
}
