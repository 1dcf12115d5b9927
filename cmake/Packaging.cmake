# What CPack puts into the Debian package; packaging/deb/build runs it. The same commit gives the
# same bytes (packaging/reproduce).
set(deb "${CMAKE_SOURCE_DIR}/packaging/deb")
set(generated "${CMAKE_BINARY_DIR}/package")
set(doc usr/share/doc/claviger)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME claviger)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "Claviger maintainers <maintainers@claviger.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "token-authentication server for machines")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Claviger gives machines identities that can be taken back: who may call an
API, until when, and a credential that was revoked is refused from the moment
the revocation is acknowledged. Checks are answered from memory; gateways such
as nginx ask it for each request.
.
It keeps its data in an embedded SQLite database, or in PostgreSQL for several
nodes. This package runs it as a hardened systemd service.")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1 CACHE STRING "The package's number, of one version")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "init-system-helpers (>= 1.54~), systemd (>= 250) | systemd-standalone-sysusers (>= 250)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)  # logins at an OpenID provider
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libpq5, nginx | caddy | haproxy | apache2, prometheus")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${deb}/preinst;${deb}/postinst;${deb}/prerm;${deb}/postrm;${generated}/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_SET_DESTDIR ON)  # paths below the root, not below the prefix
set(CPACK_INSTALL_PREFIX /)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

file(WRITE "${generated}/conffiles" "/etc/claviger/claviger.conf\n")
install(CODE "execute_process(COMMAND \"${deb}/generate\" \"$<TARGET_FILE:claviger>\"
  \"${generated}/files\" COMMAND_ERROR_IS_FATAL ANY)")
install(PROGRAMS "${generated}/files/bin/claviger" DESTINATION usr/bin)
install(FILES "${deb}/claviger.service" DESTINATION lib/systemd/system)
install(FILES "${deb}/sysusers.conf" DESTINATION usr/lib/sysusers.d RENAME claviger.conf)
install(FILES "${deb}/claviger.conf" DESTINATION etc/claviger
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES "${deb}/lintian-overrides" DESTINATION usr/share/lintian/overrides RENAME claviger)

install(FILES "${generated}/files/completion/claviger"
  DESTINATION usr/share/bash-completion/completions)
install(FILES "${generated}/files/completion/_claviger"
  DESTINATION usr/share/zsh/vendor-completions)
install(FILES "${generated}/files/completion/claviger.fish"
  DESTINATION usr/share/fish/vendor_completions.d)
foreach(section 1 5)
  install(DIRECTORY "${generated}/files/man/" DESTINATION usr/share/man/man${section} OPTIONAL
    FILES_MATCHING PATTERN "*.${section}.gz")
endforeach()

install(DIRECTORY "${generated}/files/doc/" DESTINATION ${doc})
install(FILES "${deb}/copyright" DESTINATION ${doc})
install(DIRECTORY "${CMAKE_SOURCE_DIR}/packaging/gateways"
  "${CMAKE_SOURCE_DIR}/packaging/prometheus" DESTINATION ${doc}/examples)
file(GLOB pages "${CMAKE_SOURCE_DIR}/docs/*.md")
install(FILES ${pages} DESTINATION ${doc})
install(DIRECTORY "${CMAKE_SOURCE_DIR}/docs/reference" DESTINATION ${doc})
include(CPack)
