import * as THREE from 'three';

type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

function printed(width: number, height: number, draw: Draw, bright = 1): THREE.Material {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  draw(canvas.getContext('2d')!, width, height);
  const texture = new THREE.CanvasTexture(canvas);
  texture.colorSpace = THREE.SRGBColorSpace;
  texture.anisotropy = 8;
  const material = new THREE.MeshBasicMaterial({ map: texture });
  material.color.setScalar(bright);
  return material;
}

/** Number plates, the instruments and the central screen. */
export function prints(): Record<string, THREE.Material> {
  const plate = printed(
    420,
    130,
    (c, w, h) => {
      c.fillStyle = '#f3f4f6';
      c.fillRect(0, 0, w, h);
      c.fillStyle = '#1b3f8f';
      c.font = 'bold 56px sans-serif';
      c.textAlign = 'center';
      c.textBaseline = 'middle';
      c.fillText('DEMO MOTORS', w / 2, h / 2 + 2, w - 40);
      c.strokeStyle = '#c3c8d0';
      c.lineWidth = 6;
      c.strokeRect(6, 6, w - 12, h - 12);
    },
    0.8,
  );
  const gauges = printed(
    990,
    345,
    (c, w, h) => {
      c.fillStyle = '#05070b';
      c.fillRect(0, 0, w, h);
      dial(c, 180, h / 2 + 10, 128, 0.02);
      dial(c, w - 180, h / 2 + 10, 128, 0.62);
      c.textAlign = 'center';
      c.fillStyle = '#f2f6ff';
      c.font = 'bold 92px sans-serif';
      c.fillText('0', w / 2, h / 2 + 20);
      c.font = '26px sans-serif';
      c.fillStyle = '#8fa3bf';
      c.fillText('MPH', w / 2, h / 2 + 56);
      c.fillStyle = '#dfe8f5';
      c.font = 'bold 30px sans-serif';
      c.fillText('Range 380 mi', w / 2, h - 34);
      c.fillStyle = '#37d67a';
      c.fillRect(w / 2 - 60, 40, 120, 6);
    },
    1.1,
  );
  const screen = printed(
    960,
    500,
    (c, w, h) => {
      const sky = c.createLinearGradient(0, 0, 0, h);
      sky.addColorStop(0, '#16233a');
      sky.addColorStop(1, '#0a0f18');
      c.fillStyle = sky;
      c.fillRect(0, 0, w, h);
      c.lineCap = 'round';
      for (let i = 0; i < 9; i++) {
        c.strokeStyle = i === 4 ? '#4f8cff' : '#2b3b55';
        c.lineWidth = i === 4 ? 14 : 7;
        c.beginPath();
        c.moveTo(330 + i * 60, h);
        c.bezierCurveTo(300 + i * 70, 300, 520 + i * 30, 250, 380 + i * 75, 0);
        c.stroke();
      }
      for (let i = 0; i < 5; i++) {
        c.strokeStyle = '#2b3b55';
        c.lineWidth = 6;
        c.beginPath();
        c.moveTo(300, 80 + i * 95);
        c.lineTo(w, 30 + i * 110);
        c.stroke();
      }
      c.fillStyle = '#0d1420';
      c.fillRect(0, 0, 300, h);
      const tiles = ['#4f8cff', '#37d67a', '#ffb020', '#ff6b5e', '#9a7bff', '#32c5d2'];
      tiles.forEach((color, i) => {
        c.fillStyle = color;
        c.beginPath();
        c.roundRect(36 + (i % 2) * 124, 60 + Math.floor(i / 2) * 136, 100, 100, 24);
        c.fill();
      });
      c.fillStyle = '#4f8cff';
      c.beginPath();
      c.arc(600, 260, 24, 0, 7);
      c.fill();
      c.lineWidth = 8;
      c.strokeStyle = '#fff';
      c.stroke();
    },
    0.9,
  );
  return { plateFront: plate, plateRear: plate, gauges, screen };
}

function dial(c: CanvasRenderingContext2D, x: number, y: number, r: number, reading: number): void {
  const [from, sweep] = [Math.PI * 0.8, Math.PI * 1.4];
  c.lineWidth = 10;
  c.strokeStyle = '#24324a';
  c.beginPath();
  c.arc(x, y, r, from, from + sweep);
  c.stroke();
  c.strokeStyle = '#4f8cff';
  c.beginPath();
  c.arc(x, y, r, from, from + sweep * Math.max(0.02, reading));
  c.stroke();
  for (let i = 0; i <= 8; i++) {
    const angle = from + (sweep * i) / 8;
    c.lineWidth = 4;
    c.strokeStyle = '#dfe8f5';
    c.beginPath();
    c.moveTo(x + Math.cos(angle) * (r - 14), y + Math.sin(angle) * (r - 14));
    c.lineTo(x + Math.cos(angle) * (r - 32), y + Math.sin(angle) * (r - 32));
    c.stroke();
  }
  const needle = from + sweep * reading;
  c.lineWidth = 7;
  c.strokeStyle = '#ff5a4a';
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x + Math.cos(needle) * (r - 26), y + Math.sin(needle) * (r - 26));
  c.stroke();
}
