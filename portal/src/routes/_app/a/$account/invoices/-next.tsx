/** What the next invoice of an account says so far: made by itself when the month is over, or at once by whoever is above. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AccountPicker } from "@/office/account-picker";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { Skeleton } from "@/ui/skeleton";

import { previewQuery } from "./-invoice";
import { Make } from "./-make";
import { Issued, Paper } from "./-paper";

export function Next({ office }: { office: string }) {
  const { t } = useTranslation("invoices");
  const [account, setAccount] = useState<{ id: string; name: string } | null>(null);
  return (
    <div className={form.form}>
      <p className={form.help}>{t("next.help")}</p>
      <AccountPicker label={t("next.account")} top={office} value={account} onChange={setAccount} />
      {account && <SoFar key={account.id} {...account} makes={account.id !== office} />}
    </div>
  );
}

/** One's own: who is above makes it. */
export function Own({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("invoices");
  return (
    <div className={form.form}>
      <p className={form.help}>{t("next.ownHelp")}</p>
      <SoFar id={id} name={name} makes={false} />
    </div>
  );
}

/** Of one account; where it can be made, what was made takes its place. */
function SoFar({ id, name, makes }: { id: string; name: string; makes: boolean }) {
  const { t } = useTranslation("invoices");
  const [made, setMade] = useState<string | null>(null);
  const found = useQuery(previewQuery(id));
  if (made) return <Issued account={id} id={made} sent />;
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton width={240} />;
  if (found.data)
    return (
      <>
        {makes && <Make id={id} name={name} invoice={found.data} onMade={setMade} />}
        <Paper invoice={found.data} />
      </>
    );
  return <p aria-live="polite">{t("next.nothing", { name })}</p>;
}
