/** The bar on top: where one is, search, calls now, and at the right the account one acts in. A masquerade changes its colour. */
import { Button, Kbd, Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconLogout, IconPhoneCall, IconSearch, IconSettings, IconShieldLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { channelsQuery, signOut, useSession } from "@/api";

import { BrandIcon, BrandName } from "../brand-mark";
import { tellFailure } from "../failed";
import { initials } from "../initials";
import { callsOf } from "../calls-of";
import { useLink, usePollingInterval } from "../live";
import { type Tone } from "../state-dot";
import states from "../states.module.css";
import { useActing } from "./acting";
import classes from "./frame.module.css";
import type { Place } from "./places";

const TONES: Record<ReturnType<typeof useLink>, Tone> = { live: "good", connecting: "off", lost: "warn" };

function LiveCalls({ account }: { account: string }) {
  const { t } = useTranslation();
  const link = useLink();
  const channels = useQuery({ ...channelsQuery(account), refetchInterval: usePollingInterval(15_000) });
  const text = channels.data ? t("top.calls", { count: callsOf(channels.data).length }) : t("top.callsUnknown");
  return (
    <Link to="/a/$account/calls" params={{ account }} className={classes.live} title={t(`link.${link}`)} aria-label={`${text}. ${t(`link.${link}`)}`}>
      <span className={states.dot} data-tone={TONES[link]} aria-hidden />
      <IconPhoneCall size={16} stroke={1.6} aria-hidden />
      <span className="tabular">{channels.data ? callsOf(channels.data).length : "–"}</span>
    </Link>
  );
}

function Profile({ account }: { account: string }) {
  const { t } = useTranslation();
  const name = useSession()?.userName ?? "";
  const leave = () => {
    signOut().catch(tellFailure);
  };
  return (
    <Menu position="bottom-end" width={224}>
      <Menu.Target>
        {/* A picture rather than words: its initials are no part of the button's name. */}
        <UnstyledButton className={classes.avatar} data-initials={initials(name.replaceAll(/[.@_-]/g, " "))} aria-label={t("top.profile", { name })} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("top.signedInAs", { name })}</Menu.Label>
        <Menu.Item component={Link} {...({ to: "/a/$account/settings", params: { account } } as object)} leftSection={<IconSettings size={16} stroke={1.6} />}>
          {t("page.settings")}
        </Menu.Item>
        <Menu.Item component={Link} {...({ to: "/a/$account/security", params: { account } } as object)} leftSection={<IconShieldLock size={16} stroke={1.6} />}>
          {t("page.security")}
        </Menu.Item>
        <Menu.Item onClick={leave} leftSection={<IconLogout size={16} stroke={1.6} />}>
          {t("top.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ActingIn() {
  const { t } = useTranslation();
  const { id, home, name, path, masquerading, manages } = useActing();
  const label = (
    <>
      <span className="visually-hidden">{t("top.actingIn")}</span>
      {path.map((row) => (
        <span key={row.id} className={classes.ancestor}>
          {row.name}
          <span aria-hidden> / </span>
        </span>
      ))}
      <strong className={classes.accountName}>{name ?? "…"}</strong>
    </>
  );
  return (
    <div className={classes.acting}>
      {manages ? (
        <Link to="/a/$account/accounts" params={{ account: home }} className={classes.account} title={t("top.accounts")}>
          {label}
          <IconChevronDown size={14} stroke={1.6} aria-hidden />
        </Link>
      ) : (
        <span className={classes.account} data-still>
          {label}
        </span>
      )}
      {masquerading && (
        <Button component={Link} {...({ to: "/a/$account/accounts", params: { account: home }, search: { open: id } } as object)} className={classes.leave} variant="default" size="compact-sm">
          {t("top.leave")}
        </Button>
      )}
    </div>
  );
}

interface Props {
  account: string;
  current: Place | undefined;
  onSearch: () => void;
}

export function TopBar({ account, current, onSearch }: Props) {
  const { t } = useTranslation();
  const { masquerading, name } = useActing();
  return (
    <header className={classes.top} data-masquerading={masquerading || undefined}>
      {masquerading && <span className="visually-hidden">{t("top.masquerade", { name: name ?? "" })}</span>}
      <span className={classes.brand}>
        <BrandName />
      </span>
      <span className={classes.sign} aria-hidden>
        <BrandIcon size={28} />
      </span>
      <nav className={classes.crumbs} aria-label={t("top.breadcrumb")}>
        {current && (
          <ol>
            {current.area !== "settings" && <li>{t(`area.${current.area}`)}</li>}
            <li aria-current="page">{t(`page.${current.page}`)}</li>
          </ol>
        )}
      </nav>
      <UnstyledButton className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <IconSearch size={16} stroke={1.6} aria-hidden />
        <span>{t("top.palette")}</span>
        <Kbd size="xs" aria-hidden>
          Ctrl K
        </Kbd>
      </UnstyledButton>
      <LiveCalls account={account} />
      <ActingIn />
      <Profile account={account} />
    </header>
  );
}
