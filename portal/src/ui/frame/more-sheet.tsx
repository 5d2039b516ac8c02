/** On a phone: all pages, from the bottom of the screen. */
import { Drawer } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./frame.module.css";
import { AREAS, type Place } from "./places";
import { Pages } from "./rail";

interface Props {
  account: string;
  office: string;
  places: readonly Place[];
  opened: boolean;
  onClose: () => void;
}

export function MoreSheet({ account, office, places, opened, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="bottom" size="auto" lockScroll={false} transitionProps={{ duration: 120 }}>
      <Drawer.Overlay backgroundOpacity={0.4} />
      <Drawer.Content aria-label={t("page.label")}>
        <nav className={classes.sheet} aria-label={t("page.label")}>
          {AREAS.filter(({ area }) => places.some((place) => place.area === area)).map(({ area }) => (
            <div key={area}>
              <p className={classes.sheetArea}>{t(`area.${area}`)}</p>
              <Pages account={account} office={office} places={places} area={area} onGo={onClose} />
            </div>
          ))}
        </nav>
      </Drawer.Content>
    </Drawer.Root>
  );
}
