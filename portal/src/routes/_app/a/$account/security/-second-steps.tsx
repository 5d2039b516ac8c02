/** The second steps one has: authenticator apps and passkeys, added and removed; recovery codes, counted and made anew. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconDeviceMobile, IconFingerprint, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { EnrolOtp } from "@/access/enrol-otp";
import { EnrolPasskey } from "@/access/enrol-passkey";
import { type Factor, factorsQuery, newRecoveryCodes, removeFactor } from "@/access/factors";
import { RecoveryCodes } from "@/access/recovery-codes";
import { tellDone } from "@/ui/done";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import form from "@/ui/form/form.module.css";
import page from "@/ui/page.module.css";
import { Dialog } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import classes from "./-security.module.css";

const FEW = 3;

export function SecondSteps({ account, user }: { account: string; user: string }) {
  const { t, i18n } = useTranslation(["security", "access", "ui"]);
  const client = useQueryClient();
  const found = useQuery(factorsQuery(account, user));
  const [adding, setAdding] = useState<"otp" | "passkey" | null>(null);
  const [removing, setRemoving] = useState<Factor | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: factorsQuery(account, user).queryKey });
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" });
  const enrolled = (made: string[] | null) => {
    const kind = adding ?? "otp";
    setAdding(null);
    tellDone(t(`access:${kind}.done`));
    if (made?.length) setCodes(made);
    void refresh();
  };
  const act = async (run: () => Promise<void>) => {
    setBusy(true);
    try {
      await run();
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  const factors = found.data?.factors;
  const left = found.data?.recovery_codes_left ?? 0;
  const nameOf = (factor: Factor) => factor.name || t(`kind.${factor.kind}`);
  return (
    <section className={`${page.card} ${classes.card}`} aria-labelledby="second-step">
      <div className={classes.top}>
        <div>
          <h2 className={classes.heading} id="second-step">
            {t("step.title")}
          </h2>
          <p className={classes.help}>{t("step.help")}</p>
        </div>
        {factors && <StateDot tone={factors.length ? "good" : "warn"}>{t(factors.length ? "step.on" : "step.off")}</StateDot>}
      </div>
      {found.error && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {!found.error && !factors && <Skeleton width={200} />}
      {factors && factors.length > 0 && (
        <ul className={classes.rows}>
          {factors.map((factor) => {
            const Symbol = factor.kind === "otp" ? IconDeviceMobile : IconFingerprint;
            return (
              <li key={factor.id}>
                <Symbol size={20} stroke={1.6} aria-hidden />
                <div className={classes.what}>
                  <p>{nameOf(factor)}</p>
                  <p className={classes.help}>
                    {t(`kind.${factor.kind}`)} · {factor.last_used ? t("step.used", { date: day.format(new Date(factor.last_used)) }) : t("step.added", { date: day.format(new Date(factor.created)) })}
                  </p>
                </div>
                <Tooltip label={t("ui:remove")}>
                  <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("step.remove", { name: nameOf(factor) })} onClick={() => setRemoving(factor)}>
                    <IconTrash size={18} stroke={1.6} />
                  </ActionIcon>
                </Tooltip>
              </li>
            );
          })}
        </ul>
      )}
      {factors && (
        <div className={classes.actions}>
          <Button variant={factors.length ? "default" : "filled"} onClick={() => setAdding("passkey")}>
            {t("access:passkey.add")}
          </Button>
          <Button variant="default" onClick={() => setAdding("otp")}>
            {t("access:otp.add")}
          </Button>
        </div>
      )}
      {factors && factors.length > 0 && (
        <div className={classes.line} data-few={left <= FEW || undefined}>
          <p>{t("codes.left", { count: left })}</p>
          <Button variant="default" size="compact-sm" loading={busy} onClick={() => void act(async () => setCodes(await newRecoveryCodes(account, user)))}>
            {t("codes.again")}
          </Button>
        </div>
      )}
      <Dialog opened={adding !== null} onClose={() => setAdding(null)} title={adding ? t(`access:${adding}.title`) : " "} closeOnClickOutside={false}>
        {adding === "otp" && <EnrolOtp account={account} user={user} onDone={enrolled} />}
        {adding === "passkey" && <EnrolPasskey account={account} user={user} onDone={enrolled} />}
      </Dialog>
      <Dialog opened={codes !== null} onClose={() => setCodes(null)} title={t("access:codes.title")} closeOnClickOutside={false} closeOnEscape={false}>
        {codes && <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
      </Dialog>
      <Dialog opened={removing !== null} onClose={() => setRemoving(null)} title={removing ? t("step.removeTitle", { name: nameOf(removing) }) : " "}>
        <p>{t(factors?.length === 1 ? "step.removeLast" : "step.removeHelp")}</p>
        <div className={form.buttons}>
          <Button variant="default" onClick={() => setRemoving(null)} data-autofocus>
            {t("ui:cancel")}
          </Button>
          <Button
            color="red"
            loading={busy}
            onClick={() =>
              removing &&
              void act(async () => {
                await removeFactor(account, user, removing.id);
                tellDone(t("step.removed", { name: nameOf(removing) }));
                setRemoving(null);
              })
            }
          >
            {t("ui:remove")}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}
