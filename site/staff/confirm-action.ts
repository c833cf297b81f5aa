import { html, render } from 'lit';

export interface Confirmation {
  title: string;
  text: string;
  confirmLabel: string;
  isDangerous?: boolean;
}

/** Asks in a modal dialog; resolves to false when it is dismissed. */
export function confirmAction(confirmation: Confirmation): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.setAttribute('aria-describedby', 'confirm-text');
  render(
    html`<form method="dialog">
      <h2 id="confirm-title">${confirmation.title}</h2>
      <p id="confirm-text">${confirmation.text}</p>
      <div class="dialog-actions">
        <button class="button" value="cancel" autofocus>Cancel</button>
        <button
          class="button ${confirmation.isDangerous ? 'button-danger' : 'button-primary'}"
          value="confirm"
        >
          ${confirmation.confirmLabel}
        </button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'confirm');
    });
  });
}
