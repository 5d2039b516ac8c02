/** The panel at the right of a list, and the dialog: Mantine's parts with a plain head, so that the page keeps one banner. */
import { Drawer, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import classes from "./side-panel.module.css";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  size?: number;
  closeOnClickOutside?: boolean;
  closeOnEscape?: boolean;
  children: ReactNode;
}

export function SidePanel({ title, children, size = 480, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer.Root position="right" size={size} lockScroll={false} transitionProps={{ duration: 120 }} {...props}>
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content>
        <div className={classes.head}>
          {/* What is being read has no name yet: the panel has one all the same. */}
          <Drawer.Title tabIndex={-1} data-autofocus>
            {title.trim() || t("loading")}
          </Drawer.Title>
          <Drawer.CloseButton aria-label={t("close")} />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

export function Dialog({ title, children, size = 440, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Modal.Root size={size} lockScroll={false} centered {...props}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("close")} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
