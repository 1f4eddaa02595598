// A button that opens a box below itself; Escape and a click elsewhere close it.

import { useEffect, useId, useRef, useState, type ReactNode } from "react";

export interface PopoverProps {
  label: ReactNode;
  /** What the button is for, when it is pointed at. */
  title: string;
  /** The label is a picture: the title is what a screen reader says. */
  picture?: boolean;
  className?: string;
  align?: "start" | "end";
  children: (close: () => void) => ReactNode;
}

export function Popover({ label, title, picture = false, className = "button", align = "start", children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", escape);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className="popover" ref={root}>
      <button
        ref={button} type="button" className={className} title={title} {...(picture ? { "aria-label": title } : {})}
        aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && <div id={id} className={`popover-box ${align}`}>{children(close)}</div>}
    </div>
  );
}
