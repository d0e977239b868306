// SPDX-License-Identifier: GPL-2.0
/*
 * fake_sensor - a test fixture of isptune, never part of a product.
 *
 * An I2C adapter with one chip on it that behaves like an image sensor: registers with addresses of
 * 8 or 16 bits and values of one byte, auto increment, a chip identity, and a group hold register
 * (0x3208: 0x00 collects writes, 0x10 ends the collection, 0xa0 lets it take effect).
 *
 * Its faults are set through /sys/module/fake_sensor/parameters while it runs; writing anything to
 * "reset" brings back the chip as it was at power-up, without faults. "trace" shows every byte that
 * the chip took, as ADDRESS=VALUE in hexadecimal, and is emptied by writing to it.
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>

#define HOLD_REGISTER 0x3208
#define HOLD_BEGIN 0x00
#define HOLD_LAUNCH 0xa0

#define MOST_HELD 64
#define MOST_TRACED 256

static int bus = 10;
module_param(bus, int, 0444);
MODULE_PARM_DESC(bus, "number of the bus: N of /dev/i2c-N");
static ushort address = 0x36;
module_param(address, ushort, 0444);
MODULE_PARM_DESC(address, "slave address of the chip");

static ushort chip_id = 0x5647;
module_param(chip_id, ushort, 0644);
MODULE_PARM_DESC(chip_id, "identity at 0x300a, taken over by a reset");
static uint address_bytes = 2;
module_param(address_bytes, uint, 0644);
MODULE_PARM_DESC(address_bytes, "bytes of a register address: 1 or 2");
static uint nak_every;
module_param(nak_every, uint, 0644);
MODULE_PARM_DESC(nak_every, "every Nth message is not acknowledged (ENXIO); 0: none");
static uint fail_errno;
module_param(fail_errno, uint, 0644);
MODULE_PARM_DESC(fail_errno, "every transfer fails with this errno; 0: none");
static uint fail_count;
module_param(fail_count, uint, 0644);
MODULE_PARM_DESC(fail_count, "only so many transfers fail with fail_errno; 0: all");
static uint delay_ms;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "every transfer takes so long");
static uint clip_at;
module_param(clip_at, uint, 0644);
MODULE_PARM_DESC(clip_at, "address of a big-endian word that never exceeds clip_to; 0: none");
static uint clip_to;
module_param(clip_to, uint, 0644);
MODULE_PARM_DESC(clip_to, "largest value of the word at clip_at");
static uint latch_ms;
module_param(latch_ms, uint, 0644);
MODULE_PARM_DESC(latch_ms, "time from a launch until the held values are in the registers");

struct written {
	u16 address;
	u8 value;
};

static DEFINE_MUTEX(lock);
static u8 registers[0x10000];
static u16 pointer;
static uint messages;

static bool holding;
static struct written held[MOST_HELD];
static unsigned int held_count;
static bool launched;
static unsigned long latches_at;

static struct written traced[MOST_TRACED];
static unsigned int traced_count;

static void put_word(u16 at, u16 value)
{
	registers[at] = value >> 8;
	registers[(u16)(at + 1)] = value & 0xff;
}

static void power_up(void)
{
	memset(registers, 0, sizeof(registers));
	put_word(0x300a, chip_id);
	put_word(0x350a, 0xa820);	/* gain 2.0; the upper bits belong to something else */
	put_word(0x5186, 0x0400);	/* red, green and blue gain 1.0 */
	put_word(0x5188, 0x0400);
	put_word(0x518a, 0x0400);
	registers[0x3503] = 0x80;	/* automatic exposure and gain are on */
	registers[0x5001] = 0x01;
	pointer = 0;
	messages = 0;
	holding = false;
	held_count = 0;
	launched = false;
	traced_count = 0;
	nak_every = fail_errno = fail_count = delay_ms = clip_at = clip_to = latch_ms = 0;
	address_bytes = 2;
}

static void clip(void)
{
	u16 word = registers[(u16)clip_at] << 8 | registers[(u16)(clip_at + 1)];

	if (clip_at && word > clip_to)
		put_word(clip_at, clip_to);
}

static void latch(void)
{
	unsigned int i;

	if (!launched || time_before(jiffies, latches_at))
		return;
	for (i = 0; i < held_count; i++)
		registers[held[i].address] = held[i].value;
	launched = false;
	held_count = 0;
	clip();
}

static void take(u16 at, u8 value)
{
	if (traced_count < MOST_TRACED)
		traced[traced_count++] = (struct written){ at, value };
	if (at == HOLD_REGISTER) {
		if (value == HOLD_BEGIN) {
			holding = true;
			held_count = 0;
		} else {
			holding = false;
		}
		if (value == HOLD_LAUNCH) {
			launched = true;
			latches_at = jiffies + msecs_to_jiffies(latch_ms);
		}
	} else if (!holding) {
		registers[at] = value;
	} else if (held_count < MOST_HELD) {
		held[held_count++] = (struct written){ at, value };
	}
}

static int message(struct i2c_msg *msg)
{
	unsigned int i;

	messages++;
	if (msg->addr != address || (nak_every && messages % nak_every == 0))
		return -ENXIO;
	if (msg->flags & I2C_M_RD) {
		for (i = 0; i < msg->len; i++)
			msg->buf[i] = registers[pointer++];
		return 0;
	}
	if (msg->len < address_bytes)
		return -EIO;
	for (i = 0, pointer = 0; i < address_bytes; i++)
		pointer = pointer << 8 | msg->buf[i];
	for (; i < msg->len; i++)
		take(pointer++, msg->buf[i]);
	clip();
	return 0;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int count)
{
	int i, result = 0;

	mutex_lock(&lock);
	if (delay_ms)
		msleep(delay_ms);
	latch();
	if (fail_errno) {
		result = -(int)fail_errno;
		if (fail_count && --fail_count == 0)
			fail_errno = 0;
	}
	for (i = 0; i < count && !result; i++)
		result = message(&msgs[i]);
	mutex_unlock(&lock);
	return result ? result : count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.name = "fake_sensor",
};

static int set_reset(const char *text, const struct kernel_param *param)
{
	mutex_lock(&lock);
	power_up();
	mutex_unlock(&lock);
	return 0;
}

static const struct kernel_param_ops reset_ops = { .set = set_reset };
module_param_cb(reset, &reset_ops, NULL, 0200);
MODULE_PARM_DESC(reset, "write anything: the chip as at power-up, without faults");

static int set_trace(const char *text, const struct kernel_param *param)
{
	mutex_lock(&lock);
	traced_count = 0;
	mutex_unlock(&lock);
	return 0;
}

static int get_trace(char *buffer, const struct kernel_param *param)
{
	unsigned int i;
	int length = 0;

	mutex_lock(&lock);
	for (i = 0; i < traced_count; i++)
		length += scnprintf(buffer + length, PAGE_SIZE - length, "%04x=%02x ",
				    traced[i].address, traced[i].value);
	mutex_unlock(&lock);
	return length;
}

static const struct kernel_param_ops trace_ops = { .set = set_trace, .get = get_trace };
module_param_cb(trace, &trace_ops, NULL, 0644);
MODULE_PARM_DESC(trace, "every byte that was written, oldest first");

static int __init start(void)
{
	power_up();
	adapter.nr = bus;
	return i2c_add_numbered_adapter(&adapter);
}

static void __exit stop(void)
{
	i2c_del_adapter(&adapter);
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("isptune test fixture: an I2C adapter with a fake image sensor");
