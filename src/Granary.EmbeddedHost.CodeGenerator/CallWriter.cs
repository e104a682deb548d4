using System.Text;
using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes the call class of one method.</summary>
internal sealed class CallWriter
{
    private readonly INamedTypeSymbol _type;
    private readonly IMethodSymbol _method;
    private readonly PartBuilder _part;
    private readonly CodecExpressions _codecs;
    private readonly ITypeSymbol? _result;
    private readonly bool _isValueTask;

    public CallWriter(INamedTypeSymbol type, IMethodSymbol method, string name, PartBuilder part)
    {
        _type = type;
        _method = method;
        _part = part;
        Name = name;
        _codecs = new CodecExpressions(part.Assembly, null, "P.");
        var returned = method.ReturnType as INamedTypeSymbol;
        _isValueTask = returned?.Name == "ValueTask";
        _result = returned is { IsGenericType: true } ? returned.TypeArguments[0] : null;
    }

    public string Name { get; }

    private bool IsVoid => _method.ReturnsVoid;

    public void Write()
    {
        var where = $"{_type.Name}.{_method.Name}";
        var returned = _method.ReturnType;
        if (!IsVoid && (returned.ContainingNamespace?.ToDisplayString() != "System.Threading.Tasks" || returned.Name is not ("Task" or "ValueTask")))
            _part.Report(Diagnostics.BadMethod, _method, $"{where} returns {returned.ToDisplayString()}; a grain method returns Task, Task<T>, ValueTask or ValueTask<T>");
        if (_method.IsGenericMethod)
            _part.Report(Diagnostics.BadMethod, _method, $"{where} is generic; a grain method names its types");
        if (_result is not null && _method.Has(Names.OneWay))
            _part.Report(Diagnostics.BadMethod, _method, $"{where} is [OneWay] but has a result");

        var fields = new List<(IParameterSymbol Parameter, CodecExpression? Codec)>();
        foreach (var parameter in _method.Parameters)
        {
            CodecExpression? codec = null;
            if (parameter.RefKind != RefKind.None)
                _part.Report(Diagnostics.BadMethod, parameter, $"{where}: parameter {parameter.Name} is passed by reference, which a remote call cannot do");
            else if (!IsToken(parameter) && (codec = _codecs.Find(parameter.Type, out var reason)) is null)
                _part.Report(Diagnostics.NotSerializable, parameter, $"{where}, parameter {parameter.Name}: {reason}");
            fields.Add((parameter, codec));
        }
        CodecExpression? result = null;
        if (_result is not null && (result = _codecs.Find(_result, out var why)) is null)
            _part.Report(Diagnostics.NotSerializable, _method, $"{where}, result: {why}");
        if (!_part.HasErrors)
            WriteClass(_part.Source, fields, result);
    }

    public void WriteReferenceMethod(StringBuilder s)
    {
        var parameters = string.Join(", ", _method.Parameters.Select((p, i) => $"{p.Type.Code()} a{i}"));
        var arguments = string.Join(", ", _method.Parameters.Select((_, i) => $"A{i} = a{i}"));
        var call = $"InvokeAsync(new {Name} {{ {arguments} }})";
        s.Append($"\n        {_method.ReturnType.Code()} {_method.ContainingType.Code()}.{_method.Name}({parameters})\n            => ")
            .Append(_isValueTask ? $"new({call});\n" : $"{call};\n");
    }

    private void WriteClass(StringBuilder s, List<(IParameterSymbol Parameter, CodecExpression? Codec)> fields, CodecExpression? result)
    {
        var baseClass = _result is null ? "VoidGrainCall" : $"GrainCall<{_result.Code()}>";
        var signature = _method.Argument(Names.Alias) as string
            ?? $"{_method.Name}({string.Join(",", _method.Parameters.Where(p => !IsToken(p)).Select(p => p.Type.ToDisplayString()))})";
        s.Append($"    internal sealed class {Name} : {Names.Calls}.{baseClass}\n    {{\n");
        s.Append($"        internal static readonly {Names.Calls}.GrainMethod Info = new(typeof({_type.Code()}), {Names.Quote(_type.WireName())}, ");
        s.Append($"{Names.Quote(_method.Name)}, {Names.Quote(signature)},\n            {Options()}, {Timeout()}, ");
        s.Append($"new global::System.Type[] {{ {string.Join(", ", fields.Select(f => $"typeof({f.Parameter.Type.Code()})"))} }}, static () => new {Name}());\n\n");
        for (var i = 0; i < fields.Count; i++)
            s.Append($"        internal {fields[i].Parameter.Type.Code()} A{i};\n");
        s.Append($"\n        public override {Names.Calls}.GrainMethod Method => Info;\n\n");
        WriteStart(s, fields.Count);
        if (result is not null)
        {
            s.Append($"        protected override {Names.Codecs}.Codec<{_result!.Code()}> ResultCodec => {result.Value.Code};\n\n");
            if (_method.GetReturnTypeAttributes().Any(a => a.AttributeClass?.ToDisplayString() == Names.Immutable))
                s.Append("        protected override bool SharesResult => true;\n\n");
        }
        WriteArguments(s, fields);
        CodecWriter.WriteParts(s, _codecs);
        s.Append("    }\n");
    }

    private void WriteStart(StringBuilder s, int count)
    {
        var call = $"(({_type.Code()})target).{_method.Name}({string.Join(", ", Enumerable.Range(0, count).Select(i => $"A{i}"))})";
        if (!SymbolEqualityComparer.Default.Equals(_method.ContainingType, _type))
            call = call.Replace($"(({_type.Code()})target)", $"(({_method.ContainingType.Code()})target)");
        var type = _result is null ? "global::System.Threading.Tasks.ValueTask" : $"global::System.Threading.Tasks.ValueTask<{_result.Code()}>";
        s.Append($"        protected override {type} Start(object target)\n");
        if (IsVoid)
            s.Append($"        {{\n            {call};\n            return default;\n        }}\n\n");
        else
            s.Append($"            => {(_isValueTask ? call : $"new({call})")};\n\n");
    }

    private static void WriteArguments(StringBuilder s, List<(IParameterSymbol Parameter, CodecExpression? Codec)> fields)
    {
        if (fields.Count == 0)
            return;
        var indexed = fields.Select((f, i) => (f.Parameter, f.Codec, Index: i)).ToList();
        s.Append($"        public override int GetArgumentCount() => {fields.Count};\n\n");
        s.Append("        public override object GetArgument(int index) => index switch\n        {\n");
        foreach (var f in indexed)
            s.Append($"            {f.Index} => A{f.Index},\n");
        s.Append("            _ => base.GetArgument(index),\n        };\n\n");
        s.Append("        public override void SetArgument(int index, object value)\n        {\n            switch (index)\n            {\n");
        foreach (var f in indexed)
            s.Append($"                case {f.Index}: A{f.Index} = ({f.Parameter.Type.Code()})value; break;\n");
        s.Append("                default: base.SetArgument(index, value); break;\n            }\n        }\n\n");

        var copied = indexed.Where(f => f.Codec is not null && !f.Parameter.Has(Names.Immutable) && !Shallow.IsShallow(f.Parameter.Type)).ToList();
        if (copied.Count > 0)
        {
            s.Append("        public override void CopyArguments()\n        {\n");
            foreach (var f in copied)
                s.Append($"            A{f.Index} = {f.Codec!.Value.Code}.Copy(A{f.Index});\n");
            s.Append("        }\n\n");
        }
        foreach (var f in indexed.Where(f => f.Codec is null).Take(1))
        {
            s.Append($"        public override global::System.Threading.CancellationToken GetCancellationToken() => A{f.Index};\n\n");
            s.Append($"        public override void SetCancellationToken(global::System.Threading.CancellationToken token) => A{f.Index} = token;\n\n");
        }
        var written = indexed.Where(f => f.Codec is not null).ToList();
        if (written.Count == 0)
            return;
        s.Append($"        public override void WriteArguments({Names.Codecs}.WireWriter w)\n        {{\n");
        foreach (var f in written)
            s.Append($"            w.WriteTag({f.Index}u, {f.Codec!.Value.WireType});\n            {f.Codec.Value.Code}.Write(w, A{f.Index});\n");
        s.Append($"        }}\n\n        public override void ReadArguments(ref {Names.Codecs}.WireReader r)\n        {{\n");
        s.Append("            while (r.ReadTag(out var id, out var type))\n            {\n                switch (id)\n                {\n");
        foreach (var f in written)
        {
            s.Append($"                    case {f.Index}u: r.Expect(type, {f.Codec!.Value.WireType}, {Names.Quote(f.Parameter.Name)}, {f.Index}u); ")
                .Append($"A{f.Index} = {f.Codec.Value.Code}.Read(ref r); break;\n");
        }
        s.Append("                    default: r.Skip(type); break;\n                }\n            }\n        }\n");
    }

    private string Options()
    {
        var options = new List<string>();
        if (_method.Has(Names.ReadOnly))
            options.Add("ReadOnly");
        if (_method.Has(Names.AlwaysInterleave))
            options.Add("AlwaysInterleave");
        if (_method.Has(Names.OneWay) || IsVoid)
            options.Add("OneWay");
        return options.Count == 0 ? $"{Names.Calls}.CallOptions.None" : string.Join(" | ", options.Select(o => $"{Names.Calls}.CallOptions.{o}"));
    }

    private string Timeout() => _method.Argument(Names.ResponseTimeout) is string text ? Names.Quote(text) : "null";

    private static bool IsToken(IParameterSymbol parameter)
        => parameter.Type is { Name: "CancellationToken" } && parameter.Type.ContainingNamespace.ToDisplayString() == "System.Threading";
}
