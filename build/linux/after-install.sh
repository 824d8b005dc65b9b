#!/bin/sh
# Runs as root after the package was unpacked. It links the command, and lets the sandbox work on systems that allow it
# only to programs they know. electron-builder fills in the names.
set -e
program='/opt/${sanitizedProductName}/${executable}'

ln -sf "$program" '/usr/bin/${executable}'

# Where people may make user namespaces, no program with the rights of root is needed; elsewhere the sandbox needs one.
if [ -L /proc/self/ns/user ] && [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)" = 1 ] \
  && unshare --user true 2>/dev/null; then
  chmod 0755 '/opt/${sanitizedProductName}/chrome-sandbox'
else
  chmod 4755 '/opt/${sanitizedProductName}/chrome-sandbox'
fi

# Ubuntu 23.10 and later: user namespaces only for programs with a profile. Older versions do not read it, nor need it.
profile='/opt/${sanitizedProductName}/resources/apparmor-profile'
if command -v apparmor_parser >/dev/null 2>&1 && [ -d /etc/apparmor.d ] \
  && apparmor_parser --skip-kernel-load --skip-cache "$profile" >/dev/null 2>&1; then
  cp -f "$profile" '/etc/apparmor.d/${executable}'
  if [ -d /sys/kernel/security/apparmor ] && ! { command -v ischroot >/dev/null 2>&1 && ischroot; }; then
    apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}' || true
  fi
fi

for refresh in 'update-desktop-database /usr/share/applications' 'gtk-update-icon-cache -q -f -t /usr/share/icons/hicolor'; do
  if command -v "${refresh%% *}" >/dev/null 2>&1; then $refresh || true; fi
done
