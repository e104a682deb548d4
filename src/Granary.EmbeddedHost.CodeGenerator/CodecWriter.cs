using System.Text;
using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes the codec of one <c>[GenerateSerializer]</c> class or struct.</summary>
internal static class CodecWriter
{
    public static void Write(INamedTypeSymbol type, PartBuilder part)
    {
        if (!type.IsReachable())
        {
            part.Report(Diagnostics.Inaccessible, type, $"{type.ToDisplayString()} is [GenerateSerializer] but private; make it internal or public");
            return;
        }
        var members = Members.Of(type);
        Check(type, members, part);
        if (type.IsAbstract || part.HasErrors)
            return;

        var generic = type.IsGenericType;
        var codecs = new CodecExpressions(part.Assembly, generic ? type : null, generic ? "" : "P.");
        var fields = new List<(Member Member, CodecExpression Codec)>();
        foreach (var member in members)
        {
            if (codecs.Find(member.Type, out var reason) is { } codec)
                fields.Add((member, codec));
            else
                part.Report(Diagnostics.NotSerializable, member.Symbol, $"{type.Name}.{member.Name}: {reason}");
        }
        if (part.HasErrors)
            return;

        if (type.IsException())
            WriteException(type, part, codecs, fields);
        else
            WriteType(type, part, codecs, fields);
    }

    private static void Check(INamedTypeSymbol type, List<Member> members, PartBuilder part)
    {
        foreach (var group in members.GroupBy(m => m.Tag).Where(g => g.Count() > 1))
            part.Report(Diagnostics.BadId, group.Last().Symbol, $"{type.Name}.{group.Last().Name} has the same [Id] as {group.First().Name}; give it the next free number");
        foreach (var member in members)
        {
            if (Members.Id(member.Symbol) > Members.MaxId)
                part.Report(Diagnostics.BadId, member.Symbol, $"{type.Name}.{member.Name}: an [Id] is at most {Members.MaxId}");
        }
    }

    private static void WriteType(
        INamedTypeSymbol type, PartBuilder part, CodecExpressions codecs, List<(Member Member, CodecExpression Codec)> fields)
    {
        var s = part.Source;
        var code = type.Code();
        var parameters = type.IsGenericType ? "<" + string.Join(", ", type.TypeParameters.Select(p => p.Name)) + ">" : "";
        var name = Names.CodecClass(type);
        var kind = type.IsValueType ? "StructCodec" : "ClassCodec";
        var shallow = !type.IsGenericType && Shallow.IsShallow(type);
        var maker = new Maker(type, fields.Select(f => f.Member).ToList());

        s.Append($"    {(type.IsPublic() ? "public" : "internal")} sealed class {name}{parameters} : {Names.Codecs}.{kind}<{code}>{Constraints(type)}\n    {{\n");
        if (type.IsGenericType)
            WriteGenericFields(type, s, name, codecs);
        else
            s.Append($"        public static readonly {name} Instance = new();\n\n");
        if (!type.IsGenericType && !type.IsValueType || !type.IsGenericType)
            s.Append($"        public override string Alias => {Names.Quote(type.WireName())};\n\n");
        s.Append($"        public override bool IsShallow => {(shallow ? "true" : "false")};\n\n");

        s.Append($"        protected override void WriteFields({Names.Codecs}.WireWriter w, {code} v)\n        {{\n");
        foreach (var (member, codec) in fields)
        {
            var wire = member.Type is ITypeParameterSymbol ? codec.Code + ".WireType" : codec.WireType;
            s.Append($"            w.WriteTag({member.Tag}u, {wire});\n            {codec.Code}.Write(w, {maker.Get(member, "v")});\n");
        }
        s.Append("        }\n\n");

        s.Append($"        protected override {code} ReadFields(ref {Names.Codecs}.WireReader r)\n        {{\n");
        for (var i = 0; i < fields.Count; i++)
            s.Append($"            {fields[i].Member.Type.Code()} l{i} = {maker.Initial(i)}; bool s{i} = false;\n");
        s.Append("            while (r.ReadTag(out var id, out var type))\n            {\n                switch (id)\n                {\n");
        for (var i = 0; i < fields.Count; i++)
        {
            var (member, codec) = fields[i];
            var wire = member.Type is ITypeParameterSymbol ? codec.Code + ".WireType" : codec.WireType;
            s.Append($"                    case {member.Tag}u: r.Expect(type, {wire}, {Names.Quote(type.Name + "." + member.Name)}, {member.Tag}u); ")
                .Append($"l{i} = {codec.Code}.Read(ref r); s{i} = true; break;\n");
        }
        s.Append("                    default: r.Skip(type); break;\n                }\n            }\n");
        maker.Make(s, "s");
        s.Append("        }\n\n");

        var copyName = type.IsValueType ? $"public override {code} Copy" : $"protected override {code} CopyFields";
        s.Append($"        {copyName}({code} v)\n        {{\n");
        if (shallow)
        {
            s.Append("            return v;\n");
        }
        else
        {
            for (var i = 0; i < fields.Count; i++)
            {
                var (member, codec) = fields[i];
                var value = maker.Get(member, "v");
                var share = member.Symbol.Has(Names.Immutable) || Shallow.IsShallow(member.Type);
                s.Append($"            var l{i} = {(share ? value : $"{codec.Code}.Copy({value})")};\n");
            }
            maker.Make(s, null);
        }
        s.Append("        }\n");
        maker.WriteAccessors(s);
        if (!type.IsGenericType)
            WriteParts(s, codecs);
        s.Append("    }\n");
        if (!type.IsGenericType)
            part.Registrations.Append($"        {Names.Calls}.GrainRegistry.Add(global::{Names.GeneratedNamespace(part.Assembly)}.{name}.Instance);\n");
    }

    private static void WriteException(
        INamedTypeSymbol type, PartBuilder part, CodecExpressions codecs, List<(Member Member, CodecExpression Codec)> fields)
    {
        var s = part.Source;
        var code = type.Code();
        var name = Names.CodecClass(type);
        var maker = new Maker(type, fields.Select(f => f.Member).ToList());
        s.Append($"    {(type.IsPublic() ? "public" : "internal")} sealed class {name} : {Names.Codecs}.ExceptionCodec<{code}>\n    {{\n");
        s.Append($"        public static readonly {name} Instance = new();\n\n");
        s.Append($"        private {name}() : base({Names.Quote(type.WireName())}) {{ }}\n\n");
        s.Append($"        protected override void WriteMembers({Names.Codecs}.WireWriter w, {code} v)\n        {{\n");
        foreach (var (member, codec) in fields)
            s.Append($"            w.WriteTag({member.Tag}u, {codec.WireType});\n            {codec.Code}.Write(w, {maker.Get(member, "v")});\n");
        s.Append("        }\n\n");
        s.Append($"        protected override bool ReadMember(ref {Names.Codecs}.WireReader r, uint id, {Names.Codecs}.WireType type, {code} v)\n        {{\n");
        s.Append("            switch (id)\n            {\n");
        foreach (var (member, codec) in fields)
            s.Append($"                case {member.Tag}u when type == {codec.WireType}: {maker.Set(member, "v", codec.Code + ".Read(ref r)")} return true;\n");
        s.Append("                default: return false;\n            }\n        }\n");
        maker.WriteAccessors(s);
        WriteParts(s, codecs);
        s.Append("    }\n");
        part.Registrations.Append($"        {Names.Calls}.GrainRegistry.Add(global::{Names.GeneratedNamespace(part.Assembly)}.{name}.Instance);\n");
    }

    private static void WriteGenericFields(INamedTypeSymbol type, StringBuilder s, string name, CodecExpressions codecs)
    {
        foreach (var p in type.TypeParameters)
            s.Append($"        private readonly {Names.Codecs}.Codec<{p.Name}> _{p.Name};\n");
        for (var i = 0; i < codecs.Fields.Count; i++)
            s.Append($"        private readonly {codecs.Fields[i].Type} C{i};\n");
        s.Append($"\n        public {name}({string.Join(", ", type.TypeParameters.Select(p => $"{Names.Codecs}.Codec<{p.Name}> _{p.Name}_"))})\n        {{\n");
        foreach (var p in type.TypeParameters)
            s.Append($"            _{p.Name} = _{p.Name}_;\n");
        for (var i = 0; i < codecs.Fields.Count; i++)
            s.Append($"            C{i} = {codecs.Fields[i].Code};\n");
        s.Append("        }\n\n");
    }

    /// <summary>Composed codecs are in a class of their own, so that types that refer to each other do not wait for each other's start.</summary>
    public static void WriteParts(StringBuilder s, CodecExpressions codecs)
    {
        if (codecs.Fields.Count == 0)
            return;
        s.Append("\n        private static class P\n        {\n");
        for (var i = 0; i < codecs.Fields.Count; i++)
            s.Append($"            internal static readonly {codecs.Fields[i].Type} C{i} = {codecs.Fields[i].Code};\n");
        s.Append("        }\n");
    }

    private static string Constraints(INamedTypeSymbol type)
    {
        var text = "";
        foreach (var p in type.TypeParameters)
        {
            var parts = new List<string>();
            if (p.HasUnmanagedTypeConstraint)
                parts.Add("unmanaged");
            else if (p.HasValueTypeConstraint)
                parts.Add("struct");
            else if (p.HasReferenceTypeConstraint)
                parts.Add("class");
            else if (p.HasNotNullConstraint)
                parts.Add("notnull");
            parts.AddRange(p.ConstraintTypes.Select(t => t.Code()));
            if (p.HasConstructorConstraint && !p.HasValueTypeConstraint)
                parts.Add("new()");
            if (parts.Count > 0)
                text += $" where {p.Name} : {string.Join(", ", parts)}";
        }
        return text;
    }
}
