using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Calls
{
    /// <summary>What a reference is made from.</summary>
    public readonly struct ReferenceSeed
    {
        internal ReferenceSeed(CallRuntime runtime, GrainId grainId, GrainInterface type) => (Runtime, GrainId, Interface) = (runtime, grainId, type);

        internal CallRuntime Runtime { get; }

        internal GrainId GrainId { get; }

        internal GrainInterface Interface { get; }
    }

    /// <summary>Sends calls.</summary>
    internal abstract class CallRuntime
    {
        /// <summary>How callers' tasks go on: not within the turn that completes them, unless the runtime orders all turns itself.</summary>
        public TaskCreationOptions PromiseOptions { get; init; } = TaskCreationOptions.RunContinuationsAsynchronously;

        public abstract void Send(GrainCall call);

        public abstract GrainReference Reference(GrainId id, GrainInterface type);
    }

    /// <summary>A grain interface, as the generator describes it.</summary>
    public sealed class GrainInterface(Type type, string name, Func<ReferenceSeed, GrainReference> create, GrainMethod[] methods)
    {
        public Type Type { get; } = type;

        public string Name { get; } = name;

        public Func<ReferenceSeed, GrainReference> Create { get; } = create;

        public IReadOnlyList<GrainMethod> Methods { get; } = methods;
    }

    /// <summary>A grain class, as the generator describes it.</summary>
    public sealed class GrainClass(Type type, string name, Type[] interfaces, Func<IGrainContext, object> create)
    {
        public Type Type { get; } = type;

        /// <summary>The name in ids and stored state.</summary>
        public string Name { get; } = name;

        public IReadOnlyList<Type> Interfaces { get; } = interfaces;

        /// <summary>Makes the grain with the services of its context.</summary>
        public Func<IGrainContext, object> Create { get; } = create;
    }
}

namespace Orleans.Runtime
{
    /// <summary>A grain as its callers see it. The generator derives a class per grain interface.</summary>
    public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
    {
        private readonly CallRuntime _runtime;

        protected GrainReference(ReferenceSeed seed)
        {
            _runtime = seed.Runtime;
            GrainId = seed.GrainId;
            Interface = seed.Interface;
        }

        public GrainId GrainId { get; }

        /// <summary>The alias or full name of the interface that the reference has.</summary>
        public string InterfaceName => Interface.Name;

        internal GrainInterface Interface { get; }

        /// <summary>The activation that took the last call, so that the next one need not look it up.</summary>
        internal object? Cache { get; set; }

        public TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable
            => this is TGrainInterface same ? same : (TGrainInterface)(object)_runtime.Reference(GrainId, GrainRegistry.GetInterface(typeof(TGrainInterface)));

        protected Task InvokeAsync(VoidGrainCall call)
        {
            Prepare(call);
            if ((call.Options & CallOptions.OneWay) != 0)
            {
                _runtime.Send(call);
                return Task.CompletedTask;
            }
            var promise = call.Promise(_runtime.PromiseOptions);
            _runtime.Send(call);
            return promise;
        }

        protected Task<T> InvokeAsync<T>(GrainCall<T> call)
        {
            Prepare(call);
            var promise = call.Promise(_runtime.PromiseOptions);
            _runtime.Send(call);
            return promise;
        }

        private void Prepare(GrainCall call)
        {
            call.Target = this;
            call.TargetId = GrainId;
            call.Options = call.Method.Options;
        }

        public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

        public override bool Equals(object? obj) => Equals(obj as GrainReference);

        public override int GetHashCode() => GrainId.GetHashCode();

        public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);

        public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);

        public override string ToString() => $"reference to {GrainId}";
    }
}
