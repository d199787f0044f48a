import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import type { Problem } from '../api/problem';
import { FormProblem } from './form';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A question above the page. The browser's own dialog: it keeps the focus inside, makes the rest of the page inert, closes
 * with Escape and gives the focus back.
 */
export function Dialog({ title, onClose, children }: DialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the element goes: the browser gives the focus back when it is closed, not when it is removed.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => {
      current?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps extends DialogProps {
  /** What the button does, in words: "Cancel the request". */
  confirm: string;
  /** What it is called while it is being done. */
  doing: string;
  /** What leaves all as it is: "Keep it". */
  leave?: string;
  isDangerous?: boolean;
  isBusy: boolean;
  problem: Problem | null;
  onConfirm: () => void;
}

/** Asks once more before something is done; stays open with the reason where it was not. */
export function ConfirmDialog(props: ConfirmProps): ReactElement {
  const { title, children, confirm, doing, leave = 'Back', isDangerous = false, isBusy, problem } = props;
  const { onClose, onConfirm } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <FormProblem problem={problem} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {leave}
        </button>
        <button
          type="button"
          className={isDangerous ? 'button danger' : 'button primary'}
          aria-disabled={isBusy}
          onClick={() => {
            if (!isBusy) onConfirm();
          }}
        >
          {isBusy ? doing : confirm}
        </button>
      </div>
    </Dialog>
  );
}
