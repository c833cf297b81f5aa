import { v4 as uuid } from 'uuid';
import { encodeId } from '../server/node-id.ts';
import { mutation, USER_ERRORS, type KeyedMutation, type Scene } from './keyed-mutation.ts';

const INVITATION = `invitation { id email role createdAt revokedAt } ${USER_ERRORS}`;

const anyEmail = (): string => `${uuid()}@dealer.example`;

/** Somebody else who works there. */
async function addMember({ db, shop }: Scene): Promise<string> {
  const id = uuid();
  await db.prisma.user.create({
    data: { id, email: anyEmail(), name: 'Guest', passwordHash: 'none' },
  });
  await db.prisma.membership.create({
    data: { dealershipId: shop.uuid, userId: id, role: 'VIEWER' },
  });
  return encodeId('User', id);
}

/** Who works for a dealership, and who is asked to. */
export const KEYED_MEMBERS: Record<string, KeyedMutation> = {
  inviteMember: {
    document: mutation('inviteMember', INVITATION),
    effect: { invitations: 1 },
    prepare: async () => ({ email: anyEmail(), role: 'PHOTOGRAPHER' }),
  },
  revokeInvitation: {
    document: mutation('revokeInvitation', INVITATION),
    effect: { invitations: -1 },
    async prepare({ shop }) {
      const { inviteMember } = await shop.client.expect<{
        inviteMember: { invitation: { id: string } };
      }>(mutation('inviteMember', INVITATION), { input: { email: anyEmail(), role: 'VIEWER' } });
      return { id: inviteMember.invitation.id };
    },
  },
  changeRole: {
    document: mutation('changeRole', `member { role joinedAt user { id } } ${USER_ERRORS}`),
    effect: { photographers: 1 },
    prepare: async (scene) => ({ userId: await addMember(scene), role: 'PHOTOGRAPHER' }),
  },
  removeMember: {
    document: mutation('removeMember', `removedId ${USER_ERRORS}`),
    effect: { members: -1 },
    prepare: async (scene) => ({ userId: await addMember(scene) }),
  },
};
