import { css } from 'lit';

export const noticesStyles = css`
  .broken,
  .message {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 8px;
    height: 100%;
    padding: 16px 24px;
    text-align: center;
    color: var(--_muted);
    background: var(--_surface);
    cursor: default;
    text-wrap: balance;
  }
  .broken svg {
    width: 40px;
    height: 40px;
    stroke-width: 1.5;
  }
  .action svg {
    width: 20px;
    height: 20px;
  }
  .broken p,
  .message p {
    margin: 0;
    max-width: 42ch;
  }
  .message .title {
    font-size: 18px;
    font-weight: 650;
    color: var(--_fg);
  }
  .message .action {
    margin-block-start: 8px;
  }
  .message {
    position: absolute;
    inset: 0;
  }
  .message .art {
    flex: 0 1 auto;
    width: min(240px, 46%);
    height: auto;
    min-height: 0;
    stroke-width: 1.5;
  }
  .over-photo.message {
    inset-block-start: auto;
    height: auto;
    color: #fff;
    background: rgb(11 13 16 / 0.86);
  }
  .over-photo.message .title {
    color: inherit;
  }
`;
