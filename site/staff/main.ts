import { StaffLogIn } from './log-in.ts';
import { StaffRoot } from './staff-root.ts';
import { StaffStorageUsage } from './storage-usage.ts';
import { StaffVehicleEditor } from './vehicle-editor.ts';
import { StaffVehicleList } from './vehicle-list.ts';

customElements.define('staff-log-in', StaffLogIn);
customElements.define('staff-storage-usage', StaffStorageUsage);
customElements.define('staff-vehicle-list', StaffVehicleList);
customElements.define('staff-vehicle-editor', StaffVehicleEditor);
customElements.define('forecourt-staff', StaffRoot);
