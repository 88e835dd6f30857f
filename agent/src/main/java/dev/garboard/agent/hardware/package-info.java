/** What the machine is made of: SMBIOS (DSP0134), processors, memory, disks, network cards, PCI. */
@NullMarked
package dev.garboard.agent.hardware;

import org.jspecify.annotations.NullMarked;
