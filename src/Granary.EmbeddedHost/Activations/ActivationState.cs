namespace Granary.EmbeddedHost.Activations;

/// <summary>Where an activation is in its life.</summary>
internal enum ActivationState
{
    /// <summary>In the directory, without a grain.</summary>
    Created,
    Activating,
    Active,
    /// <summary>Takes no more requests; runs those it has, then ends.</summary>
    Deactivating,
    Ended,
}
