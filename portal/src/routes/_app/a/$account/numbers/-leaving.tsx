/** A number on its way out: what to give to the new carrier once the lock is off, and how to object when nobody asked. */
import { Button, TextInput } from "@mantine/core";
import { IconDoorExit } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import classes from "@/ui/form/form.module.css";
import { Pair } from "@/ui/form/setting";
import { Only } from "@/ui/may";

import own from "./-numbers.module.css";

interface Request {
  id: string;
  number: string;
  state: string;
  winning_carrier: string;
  day: string;
}

/** The warning at a number that is about to leave. */
export function Leaving({ account, number }: { account: string; number: string }) {
  const { t, i18n } = useTranslation(["numbers", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const wanted = useQuery({
    queryKey: ["account", account, "port_outs"],
    queryFn: async ({ signal }) => (await call<Request[]>("GET", urls.getListPortOutsUrl(account), { signal })).data,
  });
  const request = wanted.data?.find((one) => one.number === number && one.state === "accepted");
  if (!request) return null;
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(request.day));
  const object = async () => {
    setBusy(true);
    try {
      await call("PATCH", urls.getMovePortOutUrl(account, request.id, "refused"), { body: {} });
      tellDone(t("leaving.kept", { number }));
      await client.invalidateQueries({ queryKey: ["account", account] });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={own.leaving} aria-labelledby="leaving">
      <h3 id="leaving">
        <IconDoorExit size={18} stroke={1.6} aria-hidden />
        {t("leaving.title", { day })}
      </h3>
      <p>{t("leaving.text", { carrier: request.winning_carrier || t("leaving.somebody") })}</p>
      <Only may="port_outs.update">
        <Button size="xs" color="red" loading={busy} onClick={() => void object()}>
          {t("leaving.object")}
        </Button>
      </Only>
    </section>
  );
}

interface Known {
  account_number: string;
  pin: string;
}

/** What the account tells the carrier that it moves a number to. */
export function Proof({ account }: { account: string }) {
  const { t } = useTranslation(["numbers", "ui"]);
  const client = useQueryClient();
  const queryKey = ["account", account, "port_outs", "proof"];
  const known = useQuery({ queryKey, queryFn: async ({ signal }) => (await call<Known>("GET", urls.getGetPortOutProofUrl(account), { signal })).data, retry: false });
  const [pin, setPin] = useState<string | null>(null);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  // Whoever may look but not change must not see the PIN either.
  if (!known.data) return null;
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { data } = await call<Known>("POST", urls.getSetPortOutProofUrl(account), { body: { pin: pin ?? "" } });
      client.setQueryData(queryKey, data);
      setPin(null);
      tellDone(t("proof.saved"));
    } catch (problem) {
      const field = problem instanceof Problem ? problem.fields.pin : undefined;
      setError(field);
      if (!field) tellFailure(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p className={classes.help}>{t("proof.help")}</p>
      <Pair>
        <TextInput label={t("proof.account")} value={known.data.account_number} readOnly classNames={{ input: "tabular" }} />
        <TextInput label={t("proof.pin")} description={t("proof.pinHelp")} inputWrapperOrder={["label", "input", "description", "error"]} inputMode="numeric" autoComplete="off" value={pin ?? known.data.pin} onChange={(event) => setPin(event.currentTarget.value)} error={error} />
      </Pair>
      {pin !== null && pin !== known.data.pin && (
        <div>
          <Only may="port_out_proof.update">
            <Button size="xs" variant="default" loading={busy} onClick={() => void save()}>
              {t("proof.save")}
            </Button>
          </Only>
        </div>
      )}
    </>
  );
}
