/**
 * The page behind an invitation or a password mail. Opening it changes nothing (mail scanners do); its button uses the link up and signs in.
 * Then come the ways to begin: the portal for administrators, a phone app by QR code or, on a phone, by one tap, and a password.
 */
import { createFileRoute } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, Problem, urls } from "@/api";
import { BrandMark } from "@/ui/brand-mark";
import { ErrorState } from "@/ui/error-state";
import { LinkButton } from "@/ui/link-button";
import { Skeleton } from "@/ui/skeleton";

import { Begin, type Entered } from "../-welcome/begin";
import { Greeting, type Greeted } from "../-welcome/greeting";
import classes from "../-welcome/welcome.module.css";

export const Route = createFileRoute("/welcome/$token/")({ component: Welcome });

function Welcome() {
  const { t } = useTranslation("welcome");
  const { token } = Route.useParams();
  const [entered, setEntered] = useState<Entered | null>(null);
  const greeted = useQuery({
    queryKey: ["onboarding", token],
    queryFn: async ({ signal }) => (await call<Greeted>("GET", urls.getGetOnboardingUrl(token), { anonymous: true, signal })).data,
    retry: false,
    refetchOnWindowFocus: false,
    enabled: entered === null,
  });
  const unknown = greeted.error instanceof Problem && greeted.error.status === 404;
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <BrandMark />
        {entered && <Begin entered={entered} />}
        {!entered && unknown && <Gone state="unknown" />}
        {!entered && greeted.error && !unknown && <ErrorState error={greeted.error} onRetry={() => void greeted.refetch()} />}
        {!entered && greeted.isPending && (
          <>
            <h1 className={classes.title}>{t("loading")}</h1>
            <Skeleton width={200} />
          </>
        )}
        {!entered && greeted.data && (greeted.data.state === "open" ? <Greeting token={token} greeted={greeted.data} onEntered={setEntered} /> : <Gone state={greeted.data.state} />)}
      </div>
    </main>
  );
}

function Gone({ state }: { state: string }) {
  const { t } = useTranslation("welcome");
  const known = (["used", "expired", "revoked"] as const).find((one) => one === state) ?? "unknown";
  return (
    <>
      <h1 className={classes.title}>{t(`gone.${known}`)}</h1>
      <p className={classes.text}>{t("gone.help")}</p>
      <LinkButton to="/sign-in" fullWidth>
        {t("gone.signIn")}
      </LinkButton>
      <LinkButton to="/forgot" variant="default" fullWidth>
        {t("gone.forgot")}
      </LinkButton>
    </>
  );
}
