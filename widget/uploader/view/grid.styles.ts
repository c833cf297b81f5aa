import { css } from 'lit';

export const gridStyles = css`
  .manage {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }
  .heading {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 12px;
  }
  .manage > .problem {
    padding: 12px 16px;
    border-radius: var(--_radius);
    background: var(--_danger-tint);
  }
  .none {
    display: grid;
    justify-items: center;
    gap: 6px;
    padding: 40px 24px;
    text-align: center;
    color: var(--_muted);
  }
  .none .title {
    color: var(--_fg);
  }
  .none svg {
    width: 36px;
    height: 36px;
    stroke-width: 1.5;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(236px, 1fr));
    gap: 20px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .card {
    position: relative;
    display: flex;
    flex-direction: column;
    min-width: 0;
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_bg);
    box-shadow: 0 0 0 1px var(--_line);
    transition: box-shadow 160ms;
  }
  .card:hover {
    box-shadow:
      0 0 0 1px var(--_line),
      0 6px 20px rgb(0 0 0 / 0.08);
  }
  .card.grabbed {
    box-shadow:
      0 0 0 3px var(--_accent),
      0 10px 28px rgb(0 0 0 / 0.18);
  }
  .card.dragged {
    z-index: 4;
    pointer-events: none;
    opacity: 0.94;
    box-shadow:
      0 0 0 2px var(--_accent),
      0 18px 44px rgb(0 0 0 / 0.28);
  }
  .card.mark-before::before,
  .card.mark-after::before {
    content: '';
    position: absolute;
    z-index: 3;
    inset-block: 0;
    inset-inline-start: -12px;
    width: 4px;
    border-radius: 4px;
    background: var(--_accent);
    forced-color-adjust: none;
  }
  .card.mark-after::before {
    inset-inline: auto -12px;
  }
  .frame {
    position: relative;
    aspect-ratio: 4 / 3;
    overflow: hidden;
    border-radius: calc(var(--_radius) + 2px) calc(var(--_radius) + 2px) 0 0;
    background: var(--_surface);
  }
  .photo {
    position: absolute;
    inset: 0;
    cursor: grab;
  }
  .photo:focus-visible {
    outline-offset: -3px;
    border-radius: inherit;
    box-shadow: inset 0 0 0 5px var(--_bg);
    z-index: 1;
  }
  .dragged .photo {
    cursor: grabbing;
  }
  .photo img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
    user-select: none;
    -webkit-user-drag: none;
  }
  .photo:focus-visible img {
    padding: 5px;
  }
  .blank {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 8px;
    width: 100%;
    height: 100%;
    font-size: 14px;
    color: var(--_muted);
  }
  .blank svg {
    width: 32px;
    height: 32px;
    stroke-width: 1.5;
  }
  .blank.failed {
    justify-content: flex-start;
    padding-top: 28px;
    color: var(--_danger);
    background: var(--_danger-tint);
  }
  .blank.working {
    background: linear-gradient(
        100deg,
        transparent 30%,
        color-mix(in srgb, var(--_fg) 7%, transparent) 50%,
        transparent 70%
      )
      0 0 / 300% 100%;
    animation: vm-shimmer 1.8s linear infinite;
  }
  @keyframes vm-shimmer {
    from {
      background-position: 150% 0;
    }
    to {
      background-position: -50% 0;
    }
  }
  .badge {
    position: absolute;
    z-index: 2;
    inset-block-start: 10px;
    inset-inline-start: 10px;
    padding: 3px 10px;
    font-size: 12.5px;
    font-weight: 650;
    line-height: 1.5;
    border-radius: 999px;
    color: var(--_on-accent);
    background: var(--_accent);
    pointer-events: none;
  }
  .badge.number {
    min-width: 26px;
    padding: 3px 8px;
    text-align: center;
    color: #ffffff;
    background: rgb(10 12 16 / 0.66);
    font-variant-numeric: tabular-nums;
  }
  .grip {
    position: absolute;
    z-index: 2;
    inset-block-start: 0;
    inset-inline-end: 0;
    display: grid;
    place-items: center;
    width: 48px;
    height: 48px;
    cursor: grab;
    touch-action: none;
    color: #ffffff;
  }
  .grip::before {
    content: '';
    position: absolute;
    inset: 8px;
    border-radius: 9px;
    background: rgb(10 12 16 / 0.5);
  }
  .grip svg {
    position: relative;
    width: 20px;
    height: 20px;
    stroke-width: 3;
  }
  .film {
    position: absolute;
    z-index: 2;
    inset: calc(50% - 22px) auto auto calc(50% - 22px);
    padding: 10px;
    border-radius: 999px;
    color: #ffffff;
    background: rgb(10 12 16 / 0.66);
    pointer-events: none;
  }
  .film svg {
    display: block;
    width: 24px;
    height: 24px;
  }
  .card > .note {
    margin: 0;
    color: var(--_muted);
  }
  .card > .problem {
    padding: 12px 14px 0;
  }
  .card > .failure {
    position: absolute;
    z-index: 2;
    inset: 0 0 auto;
    aspect-ratio: 4 / 3;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: flex-end;
    gap: 4px;
    padding: 44px 20px 12px;
    text-align: center;
    pointer-events: none;
  }
  .failure .small {
    pointer-events: auto;
  }
  .alt {
    all: unset;
    box-sizing: border-box;
    min-height: var(--_control);
    margin: 8px 8px 0;
    padding: 0 10px;
    font-size: 15px;
    border-radius: 8px;
    color: var(--_fg);
    text-overflow: ellipsis;
    cursor: text;
  }
  .alt::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .alt:hover {
    background: var(--_surface);
  }
  .alt:focus {
    background: var(--_surface);
    outline: 2px solid var(--_focus);
    outline-offset: -2px;
  }
  .tools {
    display: flex;
    justify-content: space-between;
    padding: 2px 8px 8px;
    margin-top: auto;
  }
  .tools .icon {
    flex: 0 1 auto;
  }
  .tools .remove {
    margin-inline-start: auto;
  }
  [dir='rtl'] .tools .icon:not(.remove) svg {
    scale: -1 1;
  }
  @media (hover: hover) {
    .uploader .tools .remove:hover {
      color: var(--_danger);
      background: var(--_danger-tint);
    }
  }
  .toast {
    order: 2;
    position: sticky;
    z-index: 6;
    inset-block-end: 16px;
    align-self: center;
    display: flex;
    align-items: center;
    gap: 4px;
    max-width: 100%;
    padding: 4px;
    padding-inline-start: 20px;
    border-radius: 14px;
    color: var(--_bg);
    background: var(--_fg);
    box-shadow: 0 10px 36px rgb(0 0 0 / 0.28);
    animation: vm-rise 200ms cubic-bezier(0.2, 0, 0, 1);
  }
  @keyframes vm-rise {
    from {
      opacity: 0;
      transform: translateY(12px);
    }
  }
  .toast-text {
    margin-inline-end: 12px;
    font-weight: 550;
  }
  .toast-undo {
    min-height: var(--_control);
    padding: 0 16px;
    font-weight: 700;
    border-radius: 10px;
    color: light-dark(#9dbfff, #1456d9);
  }
  .uploader .toast .icon {
    color: inherit;
  }
  .toast :focus-visible {
    outline-color: currentColor;
    outline-offset: -3px;
  }
  @media (hover: hover) {
    .toast-undo:hover,
    .uploader .toast .icon:hover {
      color: inherit;
      background: color-mix(in srgb, var(--_bg) 16%, transparent);
    }
  }
  @container uploader (max-width: 619.9px) {
    .grid {
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
    }
    .card {
      display: grid;
      grid-template-columns: 100px minmax(0, 1fr);
      align-items: start;
    }
    .frame {
      grid-row: 1 / span 4;
      align-self: stretch;
      aspect-ratio: auto;
      min-height: 112px;
      border-radius: calc(var(--_radius) + 2px) 0 0 calc(var(--_radius) + 2px);
    }
    [dir='rtl'] .frame {
      border-radius: 0 calc(var(--_radius) + 2px) calc(var(--_radius) + 2px) 0;
    }
    .badge {
      inset-block-start: 6px;
      inset-inline-start: 6px;
      padding: 2px 7px;
      font-size: 11.5px;
      white-space: nowrap;
    }
    .blank span {
      display: none;
    }
    .blank.failed {
      justify-content: center;
      padding: 0;
    }
    .card > .failure {
      position: static;
      aspect-ratio: auto;
      align-items: flex-start;
      gap: 0;
      padding: 10px 12px 0;
      text-align: start;
    }
    .failure .small {
      margin-inline-start: -14px;
    }
    .grip {
      inset-block: auto 0;
      inset-inline: auto 0;
    }
    .alt {
      margin: 6px 4px 0;
      padding: 0 8px;
    }
    .tools {
      padding: 0 2px 4px;
    }
    .tools .icon:not(.remove) svg,
    [dir='rtl'] .tools .icon:not(.remove) svg {
      rotate: 90deg;
      scale: none;
    }
    .card.mark-before::before,
    .card.mark-after::before {
      inset-inline: 0;
      inset-block: -8px auto;
      width: auto;
      height: 4px;
    }
    .card.mark-after::before {
      inset-block: auto -8px;
    }
  }
  @media (forced-colors: active) {
    .card,
    .toast {
      border: 1px solid CanvasText;
    }
    .badge {
      border: 1px solid CanvasText;
    }
  }
`;
