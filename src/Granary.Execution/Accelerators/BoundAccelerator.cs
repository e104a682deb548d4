using Granary.Hardware;

namespace Granary.Execution.Accelerators;

/// <summary>One accelerator that an attempt holds.</summary>
/// <param name="Index">Its number on the node among those of its kind, from 0.</param>
/// <param name="Milli">1000 for all of it, less for a share by time.</param>
/// <param name="MemoryMiB">What of its memory the attempt may use; 0 for unknown.</param>
internal readonly record struct BoundAccelerator(AcceleratorOffer Offer, int Index, long Milli, long MemoryMiB);
