# The Debian package as it is installed on a camera box, and its service under systemd.
apt-get install --yes --quiet=2 /mnt/isptune.deb || exit
systemctl daemon-reload
exec systemd --ignored --test-threads=1 --nocapture
