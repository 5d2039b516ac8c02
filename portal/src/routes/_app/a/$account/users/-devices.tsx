/** A user's devices: whether each is online, a new one, a new password, removal. A password is shown once, when it is made. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots, IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, type DeviceDoc, type DeviceRow, urls } from "@/api";
import { registers } from "@/pbx/devices";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";
import { LinkButton } from "@/ui/link-button";
import { Only } from "@/ui/may";
import { StateDot } from "@/ui/state-dot";

import { addDevice } from "./-create-user";
import classes from "./-panel.module.css";
import { PhoneApp } from "./-phone-app";
import type { Person } from "./-rows";
import { deviceSecret } from "./-secret";

interface Props {
  account: string;
  person: Person;
  onSecret: (device: { name: string; username: string; password: string }) => void;
}

export function Devices({ account, person, onSecret }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);

  const act = async (action: () => Promise<void>) => {
    setBusy(true);
    try {
      await action();
      await client.invalidateQueries({ queryKey: ["account", account, "devices"] });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const add = () =>
    act(async () => {
      onSecret(await addDevice(account, person.id, t("device.defaultName", { count: person.devices.length + 1 }), "sip_device"));
    });
  const renew = (device: DeviceRow) =>
    act(async () => {
      const { password } = deviceSecret();
      const { data } = await call<DeviceDoc>("PATCH", urls.getPatchDeviceUrl(account, device.id), { body: { sip: { password } } });
      onSecret({ name: device.name, username: data.sip.username, password });
    });
  const remove = (device: DeviceRow) =>
    act(async () => {
      await call("DELETE", urls.getDeleteDeviceUrl(account, device.id));
      tellDone(t("device.removed", { name: device.name }));
    });

  return (
    <section>
      <div className={classes.sectionHead}>
        <h3 className={classes.heading}>{t("column.devices")}</h3>
        <span className={classes.deviceButtons}>
          <Only may="devices.create">
            <LinkButton variant="subtle" to="/a/$account/devices" params={{ account }} search={{ open: "new", owner: person.id }}>
              {t("device.other")}
            </LinkButton>
          </Only>
          <PhoneApp account={account} user={person.id} name={person.name} />
          <Only may="devices.create">
            <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />} loading={busy} onClick={() => void add()}>
              {t("device.add")}
            </Button>
          </Only>
        </span>
      </div>
      {person.devices.length === 0 && <p className={classes.help}>{t("device.none")}</p>}
      <ul className={classes.devices}>
        {person.devices.map((device) => (
          <li key={device.id}>
            <div>
              <Link className={classes.deviceName} to="/a/$account/devices" params={{ account }} search={{ open: device.id }}>
                {device.name}
              </Link>
              {!registers(device.device_type ?? "sip_device") ? (
                <StateDot tone="off">{t(`deviceType.${device.device_type as "cellphone"}`)}</StateDot>
              ) : (
                <StateDot tone={device.registered ? "good" : "warn"}>{t(device.registered ? "phone.online" : "phone.offline")}</StateDot>
              )}
            </div>
            <Only may="devices.update">
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("device.actions", { name: device.name })}>
                    <IconDots size={18} stroke={1.6} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {registers(device.device_type ?? "sip_device") && (
                    <Menu.Item leftSection={<IconKey size={16} stroke={1.6} />} onClick={() => void renew(device)}>
                      {t("device.renew")}
                    </Menu.Item>
                  )}
                  <Menu.Item leftSection={<IconTrash size={16} stroke={1.6} />} onClick={() => void remove(device)}>
                    {t("device.remove")}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </Only>
          </li>
        ))}
      </ul>
    </section>
  );
}
