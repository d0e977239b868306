# isp-hw's tests of register ISPs, on the fake sensor on I2C bus 10.
modprobe i2c-dev || exit
insmod /mnt/fake_sensor.ko || exit
exec fake_sensor --ignored --test-threads=1
