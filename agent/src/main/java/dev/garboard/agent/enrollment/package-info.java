/** How a node becomes a machine of its site: key, certificate, and the stream to the boot server. */
@NullMarked
package dev.garboard.agent.enrollment;

import org.jspecify.annotations.NullMarked;
