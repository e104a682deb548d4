using System.Globalization;

namespace Orleans
{
    /// <summary>How long a caller waits for the method before it gets a <see cref="TimeoutException"/>.</summary>
    /// <remarks>The argument is a <see cref="TimeSpan"/> in its constant ("c") format, such as <c>"00:01:00"</c>.</remarks>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
    {
        public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
    }

    /// <summary>The grain is a consumer of every stream in the namespace; its key is the stream's key.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class ImplicitStreamSubscriptionAttribute(string streamNamespace) : Attribute
    {
        internal string StreamNamespace { get; } = streamNamespace.Trim();
    }

    /// <summary>The name of the grain class in ids and stored state, in place of its class name.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute
    {
        internal string GrainType { get; } = grainType;
    }

    /// <summary>Activations of the grain are not collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class KeepAliveAttribute : Attribute;
}

namespace Orleans.Configuration
{
    /// <summary>How long an activation of the grain may be idle before it is collected.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CollectionAgeLimitAttribute : Attribute
    {
        private readonly TimeSpan? _limit;

        public CollectionAgeLimitAttribute()
        {
        }

        /// <param name="inactivityPeriod">A <see cref="TimeSpan"/> in its constant format, such as <c>"00:10:00"</c>.</param>
        public CollectionAgeLimitAttribute(string inactivityPeriod) => _limit = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);

        public double Days { get; set; }

        public double Hours { get; set; }

        public double Minutes { get; set; }

        /// <summary>Activations of the grain are never collected for being idle.</summary>
        public bool AlwaysActive { get; set; }

        public TimeSpan AgeLimit => AlwaysActive
            ? TimeSpan.MaxValue
            : _limit ?? TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
    }
}

namespace Orleans.Runtime
{
    /// <summary>Injects the stored state <paramref name="stateName"/> of the grain into its constructor.</summary>
    /// <param name="stateName">The name of the state within the grain.</param>
    /// <param name="storageName">The name of the storage provider; the default provider when null.</param>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute, IPersistentStateConfiguration
    {
        public string StateName { get; } = stateName;

        public string? StorageName { get; } = storageName;
    }

    /// <summary>Which state a grain wants, and from where.</summary>
    public interface IPersistentStateConfiguration
    {
        string StateName { get; }

        string? StorageName { get; }
    }

    /// <summary>Makes the stored states of an activation.</summary>
    public interface IPersistentStateFactory
    {
        IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config);
    }
}
