# apt installs and removes a package, with its triggers, from a repository of its own.
# packages: apt dpkg apt-utils
# download: hello
# short
echo "deb [trusted=yes] file:/var/debs ./" >/etc/apt/sources.list
rm -rf /etc/apt/sources.list.d /etc/apt/apt.conf.d/*proxy*
(cd /var/debs && apt-ftparchive packages . >Packages)
apt-get -q update 2>&1 | tail -n 1
apt-get -q -y install hello >log
hello
apt-cache policy hello | sed -n 2,3p
dpkg -s hello | grep ^Status
dpkg --verify hello
apt-get -q -y purge hello >log
dpkg -s hello 2>&1 | head -n 1
