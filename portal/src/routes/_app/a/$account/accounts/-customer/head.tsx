/** The head of an account's page: name, state, the way back, and what may be done with the account as a whole. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowLeft, IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import office from "@/office/office.module.css";
import { useMaster } from "@/office/use-master";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { LinkButton } from "@/ui/link-button";
import { useMay } from "@/ui/may";
import { StateDot } from "@/ui/state-dot";

import classes from "./customer.module.css";
import { DeleteAccount } from "./delete-account";
import { ExportAccount } from "./export-account";
import { MoveAccount } from "./move-account";

interface Props {
  office: string;
  account: Account;
}

export function Head({ office: from, account }: Props) {
  const { t } = useTranslation(["customer", "ui", "office"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const master = useMaster();
  const may = useMay();
  const [asking, setAsking] = useState<"delete" | "move" | "export" | null>(null);
  const on = account.enabled !== false;
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: ["account", account.id] }), client.invalidateQueries({ queryKey: ["account", from] })]);
  /** Do it, say so, and offer the way back. */
  const act = (run: () => Promise<unknown>, done: string, back: () => Promise<unknown>) => {
    run()
      .then(() => {
        tellDone(done, () => void back().then(refresh, tellFailure));
        return refresh();
      })
      .catch(tellFailure);
  };
  const turn = (enabled: boolean) => () => call("PATCH", urls.getPatchAccountUrl(account.id), { body: { enabled } });
  const promote = () => call("PUT", urls.getPromoteAccountUrl(account.id), { body: {} });
  const demote = () => call("DELETE", urls.getDemoteAccountUrl(account.id));
  return (
    <header className={classes.head}>
      <LinkButton to="/a/$account/accounts" params={{ account: from }} search={{ open: account.id }} variant="subtle" color="gray" size="compact-sm" leftSection={<IconArrowLeft size={16} stroke={1.6} />} className={classes.back}>
        {t("ui:page.accounts")}
      </LinkButton>
      <div className={classes.headLine}>
        <div className={classes.names}>
          <h1 className={classes.title}>{account.name}</h1>
          {account.is_reseller && <span className={office.badge}>{t("office:reseller")}</span>}
          <StateDot tone={on ? "good" : "bad"}>{t(on ? "state.on" : "state.off")}</StateDot>
        </div>
        <div className={classes.actions}>
          <LinkButton to="/a/$account/dashboard" params={{ account: account.id }}>
            {t("use")}
          </LinkButton>
          <Menu position="bottom-end" width={224}>
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={t("ui:more")}>
                <IconDots size={18} stroke={1.6} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {account.is_reseller && may("accounts.create") && (
                <Menu.Item onClick={() => void navigate({ to: "/a/$account/accounts/new", params: { account: account.id } })}>{t("menu.below")}</Menu.Item>
              )}
              {may("resources.read") && <Menu.Item onClick={() => void navigate({ to: "/a/$account/trunks", params: { account: account.id } })}>{t("menu.trunks")}</Menu.Item>}
              {master && may("accounts.promote") && !account.superduper_admin && (
                <Menu.Item onClick={() => act(account.is_reseller ? demote : promote, t(account.is_reseller ? "menu.demoted" : "menu.promoted", { name: account.name }), account.is_reseller ? promote : demote)}>
                  {t(account.is_reseller ? "menu.demote" : "menu.promote")}
                </Menu.Item>
              )}
              {master && may("accounts.move") && <Menu.Item onClick={() => setAsking("move")}>{t("menu.move")}</Menu.Item>}
              {may("accounts.update") && <Menu.Item onClick={() => act(turn(!on), t(on ? "menu.turnedOff" : "menu.turnedOn", { name: account.name }), turn(on))}>{t(on ? "menu.turnOff" : "menu.turnOn")}</Menu.Item>}
              {may("tasks.create") && <Menu.Item onClick={() => setAsking("export")}>{t("menu.export")}</Menu.Item>}
              {may("accounts.delete") && (
                <>
                  <Menu.Divider />
                  <Menu.Item className={classes.danger} onClick={() => setAsking("delete")}>
                    {t("menu.delete")}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      <DeleteAccount
        office={from}
        account={account}
        opened={asking === "delete"}
        onClose={() => setAsking(null)}
        onGone={() => {
          void client.invalidateQueries({ queryKey: ["account", from] });
          void navigate({ to: "/a/$account/accounts", params: { account: from } });
        }}
      />
      <ExportAccount account={account} opened={asking === "export"} onClose={() => setAsking(null)} />
      <MoveAccount account={account} opened={asking === "move"} onClose={() => setAsking(null)} onMoved={() => void refresh()} />
    </header>
  );
}
