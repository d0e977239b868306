# The Debian package as it is installed on a camera box, and its service under systemd.
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 \
  /mnt/isptune.deb >/dev/null || exit
systemctl daemon-reload
exec systemd --ignored --test-threads=1 --nocapture
