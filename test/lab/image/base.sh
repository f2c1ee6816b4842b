#!/bin/sh
# base.sh FOLDER   makes Debian 13 with systemd and sshd in FOLDER, for a host of the lab; as root
# An ordinary user `deploy` may log in with a key; pip takes wheels from /opt/wheels and nowhere else, for hosts reach no network.
set -eu
debootstrap --variant=minbase \
  --include=systemd-sysv,libpam-systemd,dbus,dbus-user-session,openssh-server,python3,ca-certificates,procps \
  trixie "$1" >&2
cd "$1"
# made anew by each host at its first boot
: >etc/machine-id
# What a container may not do, or has no use for: they would leave the host `degraded`, or change files while these are compared.
for unit in systemd-firstboot.service systemd-modules-load.service systemd-journald-audit.socket \
  sys-kernel-config.mount sys-kernel-debug.mount dev-hugepages.mount \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer; do
  ln -s /dev/null "etc/systemd/system/$unit"
done
chroot . useradd --create-home --shell /bin/bash deploy
install -d -m 700 -o "$(chroot . id -u deploy)" -g "$(chroot . id -g deploy)" home/deploy/.ssh
printf '[global]\nno-index = true\nfind-links = /opt/wheels\n' >etc/pip.conf
rm -rf var/cache/apt/archives/*.deb
