import { useId, useRef, useState } from 'react';

interface CopyFieldProps {
  label: string;
  value: string;
  /** Shown as dots; copied in clear. */
  isSecret?: boolean;
}

/** A value to be taken elsewhere. Without the clipboard, which browsers give to HTTPS and this machine only, it is selected. */
export function CopyField({ label, value, isSecret = false }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');
  const [isOpen, setOpen] = useState(!isSecret);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(value);
      setSaid('Copied');
    } catch {
      setOpen(true);
      requestAnimationFrame(() => field.current?.select());
      setSaid('Selected: copy it with the keyboard');
    }
  }

  return (
    <div className="copy">
      <label htmlFor={id}>{label}</label>
      <input ref={field} id={id} readOnly type={isOpen ? 'text' : 'password'} value={value} autoComplete="off" />
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${label}`}>
        Copy
      </button>
      <span className="said" role="status">
        {said}
      </span>
    </div>
  );
}
