import { moment, nodeId, type Columns } from './statement.ts';

export const dealershipColumns: Columns = {
  id: (row) => nodeId('Dealership', row),
  name: (row) => `${row}.name`,
  slug: (row) => `${row}.slug`,
  createdAt: (row) => moment(`${row}.created_at`),
  updatedAt: (row) => moment(`${row}.updated_at`),
};
