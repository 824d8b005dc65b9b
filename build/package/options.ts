/**
 * What electron-builder is told: one value for all systems and targets. It publishes nothing, and downloads no addon:
 * `stage.ts` has laid out what goes in.
 */
import type { Configuration } from 'app-builder-lib';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../places.ts';
import { FUSES } from './fuses.ts';
import type { Publisher } from './publisher.ts';

export const APP_ID = 'im.waxwing.Waxwing';

/** The languages of Chromium's own few words: those of the window, and what Chromium falls back to. */
export const LANGUAGES = ['en-US', 'de', 'es', 'fr', 'ar', 'zh-CN'];

export interface Packaging {
  readonly output: string;
  readonly electronVersion: string;
  /** An Electron that is here already; electron-builder downloads and checks the Electron project's own when absent. */
  readonly electronFolder?: string;
  readonly publisher: Publisher;
  /** The folder of the files that name the publisher. */
  readonly named: string;
}

const build = (...path: string[]): string => join(root, 'build', ...path);

/** What packages put beside the program, where the system looks for it. */
const sharedFiles = (named: string): string[] => [
  `${join(named, `${APP_ID}.metainfo.xml`)}=/usr/share/metainfo/${APP_ID}.metainfo.xml`,
  `${build('icons', 'waxwing.svg')}=/usr/share/icons/hicolor/scalable/apps/waxwing.svg`,
  `${join(named, 'copyright')}=/usr/share/doc/waxwing/copyright`,
];

/** The files of `build/linux` that name the publisher: to be copied to `named` with this word replaced by the home page. */
export const NAMING = [`${APP_ID}.metainfo.xml`, 'copyright'];
export const HOMEPAGE_WORD = '@HOMEPAGE@';

export function configuration(packaging: Packaging): Configuration {
  const { output, electronVersion, electronFolder, publisher, named } = packaging;
  const shared = sharedFiles(named);
  return {
    appId: APP_ID,
    productName: 'Waxwing',
    copyright: 'The Waxwing developers, GPL-3.0-only',
    directories: { output, buildResources: build('icons') },
    electronVersion,
    ...(electronFolder !== undefined && { electronDist: electronFolder }),
    files: ['**/*'],
    asar: { smartUnpack: false },
    // The addon is a shared library: no system loads one out of an archive.
    asarUnpack: ['**/*.node'],
    npmRebuild: false,
    electronFuses: { ...FUSES, resetAdHocDarwinSignature: true },
    electronLanguages: LANGUAGES,
    protocols: [{ name: 'XMPP address', schemes: ['xmpp'] }],
    // Electron's own greeting, for a folder without a program.
    afterPack: ({ packager, appOutDir }) =>
      rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
    // What goes out is signed and uploaded by the release workflow, which sees all of it.
    publish: null,
    toolsets: { appimage: '1.0.3' },
    extraResources: [{ from: join(root, 'LICENSE'), to: 'LICENSE.txt' }],

    linux: {
      executableName: 'waxwing',
      syncDesktopName: true,
      icon: build('icons', 'png'),
      category: 'Network;InstantMessaging;Chat',
      synopsis: 'Encrypted messenger for XMPP',
      maintainer: publisher.maintainer,
      vendor: publisher.maintainer,
      executableArgs: [],
      desktop: {
        entry: {
          Name: 'Waxwing',
          GenericName: 'XMPP messenger',
          Keywords: 'xmpp;jabber;chat;messenger;omemo;encryption;',
          StartupNotify: 'true',
        },
      },
      artifactName: '${name}-${version}-linux-${arch}.${ext}',
    },
    deb: {
      depends: [
        ...[
          'libgtk-3-0 | libgtk-3-0t64',
          'libnss3',
          'libatspi2.0-0 | libatspi2.0-0t64',
          'libgbm1',
          'libx11-xcb1', // not linked: without it the program ends without a word
          'xdg-utils',
        ],
        'libasound2 | libasound2t64',
      ],
      recommends: ['libsecret-1-0', 'libnotify4', 'libayatana-appindicator3-1'],
      packageCategory: 'net',
      fpm: shared,
      afterInstall: build('linux', 'after-install.sh'),
      afterRemove: build('linux', 'after-remove.sh'),
      appArmorProfile: build('linux', 'apparmor-profile'),
      artifactName: '${name}_${version}_${arch}.deb',
    },
    rpm: {
      depends: ['gtk3', 'nss', 'at-spi2-core', 'mesa-libgbm', 'libX11-xcb', 'alsa-lib', 'xdg-utils'],
      fpm: shared,
      afterInstall: build('linux', 'after-install.sh'),
      afterRemove: build('linux', 'after-remove.sh'),
      appArmorProfile: build('linux', 'apparmor-profile'),
      artifactName: '${name}-${version}.${arch}.rpm',
    },
    appImage: { artifactName: 'Waxwing-${version}-${arch}.AppImage' },
    flatpak: {
      runtimeVersion: '25.08',
      baseVersion: '25.08',
      finishArgs: [
        ...['--share=network', '--share=ipc', '--socket=wayland', '--socket=fallback-x11', '--device=dri'],
        // Sound both ways, and cameras, which are no class of their own. The screen comes by its portal, which asks.
        ...['--socket=pulseaudio', '--device=all', '--filesystem=xdg-download'],
        '--talk-name=org.freedesktop.Notifications',
        '--talk-name=org.kde.StatusNotifierWatcher',
        '--talk-name=org.freedesktop.secrets',
      ],
    },
    snapcraft: {
      base: 'core24',
      core24: {
        confinement: 'strict',
        plugs: ['default', 'camera', 'audio-playback', 'audio-record', 'password-manager-service'],
      },
    },

    win: {
      icon: build('icons', 'waxwing.ico'),
      executableName: 'Waxwing',
      legalTrademarks: '',
      artifactName: 'Waxwing-${version}-${arch}.${ext}',
    },
    nsis: {
      oneClick: false,
      // For oneself without asking an administrator, or for all of the computer.
      perMachine: false,
      selectPerMachineByDefault: false,
      allowElevation: true,
      allowToChangeInstallationDirectory: true,
      // The uninstaller asks: see include.
      deleteAppDataOnUninstall: false,
      include: build('windows', 'installer.nsh'),
      license: join(root, 'LICENSE'),
      artifactName: 'Waxwing-Setup-${version}-${arch}.${ext}',
    },
    portable: { artifactName: 'Waxwing-Portable-${version}-${arch}.${ext}' },

    mac: {
      icon: build('icons', 'waxwing.icns'),
      category: 'public.app-category.social-networking',
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: build('macos', 'entitlements.plist'),
      entitlementsInherit: build('macos', 'entitlements.plist'),
      // By the variables APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER.
      notarize: process.env['APPLE_API_KEY'] !== undefined,
      extendInfo: {
        NSMicrophoneUsageDescription: 'For voice messages and calls that you start.',
        NSCameraUsageDescription: 'To scan codes, and for calls that you start.',
        NSScreenCaptureUsageDescription: 'To show your screen in a call, when you choose to.',
        NSCameraUseContinuityCameraDeviceType: true,
      },
      x64ArchFiles: '**/prebuilds/*.node',
      mergeASARs: true,
      artifactName: 'Waxwing-${version}-${arch}.${ext}',
    },
  };
}
