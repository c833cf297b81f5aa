import { StaffApiKeys } from './api-keys.ts';
import { StaffEmbedKeys } from './embed-keys.ts';
import { StaffKeys } from './keys-page.ts';
import { StaffLogIn } from './log-in.ts';
import { StaffRoot } from './staff-root.ts';
import { StaffStorageUsage } from './storage-usage.ts';
import { StaffVehicleEditor } from './vehicle-editor.ts';
import { StaffVehicleList } from './vehicle-list.ts';

customElements.define('staff-log-in', StaffLogIn);
customElements.define('staff-storage-usage', StaffStorageUsage);
customElements.define('staff-api-keys', StaffApiKeys);
customElements.define('staff-embed-keys', StaffEmbedKeys);
customElements.define('staff-keys', StaffKeys);
customElements.define('staff-vehicle-list', StaffVehicleList);
customElements.define('staff-vehicle-editor', StaffVehicleEditor);
customElements.define('forecourt-staff', StaffRoot);
