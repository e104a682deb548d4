namespace Orleans.Configuration
{
    /// <summary>The names of the cluster, which clients and servers must agree on.</summary>
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";
        public const string DefaultServiceId = "default";

        public string ClusterId { get; set; } = DefaultClusterId;

        public string ServiceId { get; set; } = DefaultServiceId;
    }

    /// <summary>How calls are sent.</summary>
    public abstract class MessagingOptions
    {
        /// <summary>How long a caller waits. Default 30 s. A method's [ResponseTimeout] goes before it.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>How a silo sends calls.</summary>
    public class SiloMessagingOptions : MessagingOptions;

    /// <summary>How a client sends calls.</summary>
    public class ClientMessagingOptions : MessagingOptions;

    /// <summary>When idle activations end.</summary>
    public class GrainCollectionOptions
    {
        /// <summary>How often the silo looks for idle activations. Default 1 minute.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How long an activation may be idle. Default 15 minutes.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        /// <summary>Ages for some classes, by full class name.</summary>
        public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

        /// <summary>How long activating may take. Default 30 s.</summary>
        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>How long <c>OnDeactivateAsync</c> may take. Default 30 s.</summary>
        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Where a silo listens.</summary>
    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;
        public const int DEFAULT_GATEWAY_PORT = 30000;

        /// <summary>Other silos' port. The embedded host has none, and does not listen there.</summary>
        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

        /// <summary>Clients' port; 0 for no gateway.</summary>
        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

        public System.Net.IPAddress AdvertisedIPAddress { get; set; } = System.Net.IPAddress.Loopback;
    }

    /// <summary>The silo's name.</summary>
    public class SiloOptions
    {
        public string SiloName { get; set; } = "Silo";
    }

    /// <summary>Settings of memory storage. It has none here; the type carries the provider's name.</summary>
    public class MemoryGrainStorageOptions;
}

namespace Orleans.Hosting
{
    /// <summary>How reminders are kept and ticked.</summary>
    public sealed class ReminderOptions
    {
        /// <summary>The shortest period allowed. Default 1 minute.</summary>
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
    }
}
