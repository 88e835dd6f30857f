/** What the tests of several modules need: requirements of the machine they run on, and private namespaces. */
@NullMarked
package dev.garboard.testing;

import org.jspecify.annotations.NullMarked;
