/** Keys, certificates and roles of a site: the site CA, what it issues, and who a certificate says its bearer is. */
@NullMarked
package dev.garboard.trust;

import org.jspecify.annotations.NullMarked;
