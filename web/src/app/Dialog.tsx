// A window over the page, by the browser's own dialog: the focus stays inside, Escape closes.

import { useEffect, useRef, type ReactNode } from "react";
import { Icon } from "./icons";

export function Dialog({ title, onClose, children, size = "" }: { title: string; onClose: () => void; children: ReactNode; size?: "" | "wide" | "huge" }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog} className={`dialog ${size}`} aria-label={title} onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <header className="dialog-head">
        <h2>{title}</h2>
        <button type="button" className="button quiet" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
