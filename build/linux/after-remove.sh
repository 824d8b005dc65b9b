#!/bin/sh
# Runs as root after the package was removed. Messages and keys lie in the homes of people: no package touches those.
set -e
case "$1" in
  # An upgrade, in the words of dpkg and of rpm: the new package has put its own in place.
  upgrade|failed-upgrade|abort-upgrade|1) exit 0 ;;
esac

if [ "$(readlink '/usr/bin/${executable}' 2>/dev/null)" = '/opt/${sanitizedProductName}/${executable}' ]; then
  rm -f '/usr/bin/${executable}'
fi

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  if [ -d /sys/kernel/security/apparmor ] && ! { command -v ischroot >/dev/null 2>&1 && ischroot; }; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi

for refresh in 'update-desktop-database /usr/share/applications' 'gtk-update-icon-cache -q -f -t /usr/share/icons/hicolor'; do
  if command -v "${refresh%% *}" >/dev/null 2>&1; then $refresh || true; fi
done
