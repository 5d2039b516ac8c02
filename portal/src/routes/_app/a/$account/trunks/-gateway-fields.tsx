/** One gateway of a trunk: an address of the carrier, how one is known there, and how long it may take to answer. */
import { Button, MultiSelect, NumberInput, PasswordInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Pair, Setting } from "@/ui/form/setting";

import type { Gateway } from "./-trunk";
import classes from "./-trunks.module.css";

const CODECS = ["OPUS", "G722", "PCMU", "PCMA", "G729"];

interface Props {
  at: number;
  gateway: Gateway;
  error: (field: string) => string | undefined;
  onChange: (gateway: Gateway) => void;
  onRemove?: () => void;
}

export function GatewayFields({ at, gateway, error, onChange, onRemove }: Props) {
  const { t } = useTranslation(["trunks", "ui"]);
  const set = (field: keyof Gateway) => (event: { currentTarget: { value: string } }) => onChange({ ...gateway, [field]: event.currentTarget.value });
  const server = (text: string) => {
    // The specification: the realm is the server, until one says otherwise.
    const follows = !gateway.realm || gateway.realm === gateway.server;
    onChange({ ...gateway, server: text, ...(follows ? { realm: text } : {}) });
  };
  return (
    <fieldset className={classes.gateway}>
      <legend>{t("gateway", { at: at + 1 })}</legend>
      <div className={classes.address}>
        <TextInput label={t("server")} placeholder="sip.carrier.example" spellCheck={false} value={gateway.server} onChange={(event) => server(event.currentTarget.value)} error={error("server")} />
        <NumberInput label={t("port")} min={1} max={65_535} allowDecimal={false} hideControls value={gateway.port ?? 5060} onChange={(value) => onChange({ ...gateway, port: value === "" ? undefined : Number(value) })} error={error("port")} />
      </div>
      <Pair>
        <TextInput label={t("realm")} spellCheck={false} value={gateway.realm ?? ""} onChange={set("realm")} error={error("realm")} />
        <TextInput label={t("prefix")} description={t("prefixHelp")} value={gateway.prefix ?? ""} onChange={set("prefix")} error={error("prefix")} />
      </Pair>
      <Pair>
        <TextInput label={t("username")} autoComplete="off" value={gateway.username ?? ""} onChange={set("username")} error={error("username")} />
        <PasswordInput label={t("password")} autoComplete="new-password" value={gateway.password ?? ""} onChange={set("password")} error={error("password")} visibilityToggleButtonProps={{ "aria-label": t("showPassword") }} />
      </Pair>
      <Pair>
        <MultiSelect label={t("codecs")} data={[...new Set([...CODECS, ...(gateway.codecs ?? [])])]} value={gateway.codecs ?? []} onChange={(codecs) => onChange({ ...gateway, codecs })} />
        <NumberInput label={t("timeout")} description={t("timeoutHelp")} min={1} max={120} allowDecimal={false} value={gateway.progress_timeout ?? 8} onChange={(value) => onChange({ ...gateway, progress_timeout: value === "" ? undefined : Number(value) })} error={error("progress_timeout")} />
      </Pair>
      <Setting label={t("register")} help={t("registerHelp")} checked={gateway.register === true} onChange={(event) => onChange({ ...gateway, register: event.currentTarget.checked })} />
      <Setting label={t("gatewayOn")} checked={gateway.enabled !== false} onChange={(event) => onChange({ ...gateway, enabled: event.currentTarget.checked })} />
      {onRemove && (
        <Button variant="default" size="compact-sm" className={classes.remove} onClick={onRemove}>
          {t("removeGateway")}
        </Button>
      )}
    </fieldset>
  );
}
