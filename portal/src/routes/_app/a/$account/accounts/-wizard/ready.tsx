/** The account is made: its administrator's password, shown once, its first number, and the door into it. */
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCircleCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Account } from "@/api";
import { AddNumbersForm } from "@/office/add-numbers-form";
import { invitationsQuery, InvitationState } from "@/office/invitations";
import office from "@/office/office.module.css";
import { useMaster } from "@/office/use-master";
import form from "@/ui/form/form.module.css";
import { LinkButton } from "@/ui/link-button";
import page from "@/ui/page.module.css";
import { readable } from "@/ui/phone-number";

import classes from "./wizard.module.css";

export interface Made {
  account: Account;
  email: string;
  admin?: { username: string; password?: string; invitation?: string };
}

export function Ready({ office: from, made: { account, admin, email } }: { office: string; made: Made }) {
  const { t } = useTranslation(["wizard", "ui", "office"]);
  const master = useMaster();
  const [numbers, setNumbers] = useState<string[]>([]);
  return (
    <div className={classes.ready}>
      <header className={classes.readyHead}>
        <IconCircleCheck size={32} stroke={1.5} aria-hidden />
        <div>
          <h1 className={classes.readyTitle}>{t("ready.title", { name: account.name })}</h1>
          <p className={form.help}>{account.realm}</p>
        </div>
      </header>
      {admin?.invitation && (
        <section className={`${page.card} ${classes.card}`} aria-labelledby="login">
          <h2 className={classes.heading} id="login">
            {t("ready.invited")}
          </h2>
          <p className={form.help}>{t("ready.invitedHelp", { email })}</p>
          <Invitation account={account.id} id={admin.invitation} />
        </section>
      )}
      {admin?.password && (
        <section className={`${page.card} ${classes.card}`} aria-labelledby="login">
          <h2 className={classes.heading} id="login">
            {t("ready.login")}
          </h2>
          <p className={form.help}>{t("ready.once")}</p>
          <dl className={office.facts}>
            <Line name={t("ready.account")} value={account.name} />
            <Line name={t("ready.user")} value={admin.username} />
            <Line name={t("ready.password")} value={admin.password} />
          </dl>
        </section>
      )}
      <section className={`${page.card} ${classes.card}`} aria-labelledby="number">
        <h2 className={classes.heading} id="number">
          {t("ready.number")}
        </h2>
        <p className={form.help}>{t("ready.numberHelp")}</p>
        {numbers.length > 0 && (
          <ul className={classes.numbers}>
            {numbers.map((number) => (
              <li key={number} className="tabular">
                {readable(number)}
              </li>
            ))}
          </ul>
        )}
        <div className={classes.fields}>
          <AddNumbersForm account={account.id} name={account.name} office={from} master={master} onDone={({ done }) => setNumbers((now) => [...now, ...done])} />
        </div>
      </section>
      <div className={classes.bar}>
        <LinkButton to="/a/$account/accounts/$customer" params={{ account: from, customer: account.id }} variant="default">
          {t("ready.open")}
        </LinkButton>
        <span className={classes.room} />
        <LinkButton to="/a/$account/dashboard" params={{ account: account.id }}>
          {t("ready.use")}
        </LinkButton>
      </div>
    </div>
  );
}

/** How far the mail to the administrator has come. */
function Invitation({ account, id }: { account: string; id: string }) {
  const found = useQuery({ ...invitationsQuery(account), refetchInterval: ({ state: { data } }) => (data?.find((row) => row.id === id)?.state === "queued" ? 2_000 : 15_000) });
  const row = found.data?.find((one) => one.id === id);
  return row ? <InvitationState invitation={row} /> : null;
}

function Line({ name, value }: { name: string; value: string }) {
  const { t } = useTranslation("ui");
  return (
    <div className={classes.secret}>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? "copied" : "copy")}>
              <ActionIcon variant="subtle" color="gray" size={32} onClick={copy} aria-label={`${t("copy")}: ${name}`}>
                {copied ? <IconCheck size={16} stroke={1.8} /> : <IconCopy size={16} stroke={1.6} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </dd>
    </div>
  );
}
